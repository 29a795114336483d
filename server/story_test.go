// The story is told from inside the package: it speaks to the real program over HTTP and over the terminal, as people
// do, with the program's own client and the demo's made-up shop.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"jard/internal/simulate"
	"jard/internal/stocktake"
)

// story is one society, its ministry and its people, through a whole count and its mishaps.
type story struct {
	dir      string
	server   program
	ministry program
	people   map[string]*client

	seed    uint64
	shop    shop
	session string
	members []simulate.Member // the counters of the first round
	others  map[string]simulate.Member

	enrolled map[string]stocktake.DeviceID // by the name of the device
	larder   *simulate.Larder
	sealed   stocktake.Hash // of the result's document
}

// TestStory plays it in order. A sentence that does not hold ends it: what follows builds on it.
func TestStory(t *testing.T) {
	t.Parallel()
	path, err := buildServer()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := &story{
		dir: dir, people: map[string]*client{}, seed: 7, others: map[string]simulate.Member{}, enrolled: map[string]stocktake.DeviceID{},
		session: "autumn", larder: simulate.NewLarder(filepath.Join(dir, "devices", "chunks")),
		server:   program{path: path, role: "society", data: filepath.Join(dir, "society"), port: freePort(t), output: filepath.Join(dir, "society.log")},
		ministry: program{path: path, role: "ministry", data: filepath.Join(dir, "ministry"), port: freePort(t), output: filepath.Join(dir, "ministry.log")},
	}
	t.Cleanup(s.server.kill)
	t.Cleanup(s.ministry.kill)
	counters, items, locations := 20, 5000, 120
	if testing.Short() {
		counters, items, locations = 6, 600, 24
	}
	if s.shop, err = newShop(s.seed, items, locations); err != nil {
		t.Fatal(err)
	}
	for _, sentence := range []struct {
		name string
		tell func(*testing.T)
	}{
		{"a society and its ministry are set up", s.setUp},
		{"people are added", func(t *testing.T) { s.hire(t, counters) }},
		{"items, places and books are imported", s.stock},
		{"a session is issued and every handheld joins it", s.issue},
		{"everything acknowledged is there once after three kills", s.count},
		{"a cloned handheld is fenced and loses nothing", s.clone},
		{"one handheld counts and is lost", s.lose},
		{"disputes appear and a recount settles them", s.recount},
		{"an approval by someone who counted is refused", s.refuse},
		{"others approve", s.approve},
		{"it is sealed while the ministry is down", s.seal},
		{"the ministry comes up and its receipt is verified", s.deliver},
		{"what comes after the seal is in the late log", s.late},
		{"verify passes", s.verify},
		{"a flipped byte makes verify fail", s.flip},
		{"a backup is restored and signing is locked until the ministry was asked", s.restore},
		{"handhelds bring every event back", s.refill},
	} {
		began := time.Now()
		if !t.Run(sentence.name, sentence.tell) {
			t.Fatalf("the society's server said at last:\n%s", s.server.said())
		}
		t.Logf("%5.1f s  %s", time.Since(began).Seconds(), sentence.name)
	}
}

// run gives a command at the terminal, which must succeed.
func (s *story) run(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, code := command(t.Context(), s.server.path, args...)
	if code != 0 {
		t.Fatalf("server %s: status %d\n%s\n%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// as gives a command of somebody who signs in.
func (s *story) as(t *testing.T, who string, args ...string) string {
	t.Helper()
	return s.run(t, append(args, s.identity(t, who)...)...)
}

func (s *story) identity(t *testing.T, who string) []string {
	return []string{"--url", s.server.url(), "--society", "rawda", "--as", who, "--password-file", s.secret(t, who, "password of "+who)}
}

// secret keeps a secret in a file of its own and gives the file's name.
func (s *story) secret(t *testing.T, name, secret string) string {
	t.Helper()
	path := filepath.Join(s.dir, "secret-"+name)
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// signIn gives a client that speaks for somebody.
func (s *story) signIn(t *testing.T, who string) {
	t.Helper()
	c, err := newClient(t.Context(), s.server.url(), "rawda", who, "password of "+who)
	if err != nil {
		t.Fatal(err)
	}
	s.people[who] = c
}

func (s *story) setUp(t *testing.T) {
	s.ministry.start(t)
	code := s.run(t, "ministry", "code", "rawda", "--arabic", "جمعية الروضة التعاونية", "--governorate", "KW-KU", "--data", s.ministry.data)
	s.server.start(t)
	s.run(t, "society", "add", "rawda", "--arabic", "جمعية الروضة التعاونية", "--governorate", "KW-KU", "--admin", "admin",
		"--password-file", s.secret(t, "admin", "password of admin"), "--data", s.server.data)
	s.run(t, "society", "enrol", "rawda", "--ministry", s.ministry.url(), "--code-file", s.secret(t, "code", code), "--data", s.server.data)
}

// hire adds supervisors, managers and counters. The first counter is a manager, too: one who will try to approve.
func (s *story) hire(t *testing.T, counters int) {
	s.signIn(t, "admin")
	for who, role := range map[string]string{"salem": "supervisor", "mona": "manager", "faisal": "financial-controller"} {
		s.as(t, "admin", "user", "add", who, "--english", who, "--role", role, "--new-password-file", s.secret(t, who, "password of "+who))
		s.signIn(t, who)
	}
	for n := range counters {
		s.members = append(s.members, s.counter(t, fmt.Sprintf("counter-%d", n+1)))
	}
	for _, name := range []string{"recounter", "twin", "lost"} {
		s.others[name] = s.counter(t, name)
	}
	s.signIn(t, "counter-1")
}

// counter adds somebody who counts, with a handheld.
func (s *story) counter(t *testing.T, who string) simulate.Member {
	t.Helper()
	pin := fmt.Sprint(58213 + 7919*(len(s.members)+len(s.others)))
	args := []string{"user", "add", who, "--arabic", "قائم بالعد " + who, "--role", "counter", "--pin-file", s.secret(t, who+"-pin", pin)}
	if who == "counter-1" {
		args = append(args, "--role", "manager", "--new-password-file", s.secret(t, who, "password of "+who))
	}
	s.as(t, "admin", args...)
	code, err := s.people["admin"].enrolmentCode(t.Context(), "device-"+who)
	if err != nil {
		t.Fatal(err)
	}
	return simulate.Member{Name: "device-" + who, Code: code, Person: stocktake.PersonID(who), PIN: pin}
}

func (s *story) stock(t *testing.T) { s.stockSite(t, "central", "central-market") }

// stockSite imports the shop as a site.
func (s *story) stockSite(t *testing.T, site, kind string) {
	for _, x := range []struct {
		kind    string
		content []byte
		args    []string
	}{
		{"items", s.shop.itemsFile(), nil},
		{"places", s.shop.placesFile(), []string{"--site", site, "--site-arabic", "السوق المركزي", "--site-kind", kind}},
		{"book", s.shop.bookFile(), []string{"--site", site, "--as-of", asOf(time.Now())}},
	} {
		path := filepath.Join(s.dir, x.kind+".csv")
		if err := os.WriteFile(path, x.content, 0o600); err != nil {
			t.Fatal(err)
		}
		out := s.as(t, "mona", append([]string{"import", x.kind, path}, x.args...)...)
		if !strings.Contains(out, "read and published") && !strings.Contains(out, "already published") {
			t.Fatalf("import of %s: %s", x.kind, out)
		}
	}
}

func (s *story) issue(t *testing.T) {
	id := s.as(t, "salem", "session", "issue", "central", "--id", s.session, "--tolerance", "0",
		"--tier", "supervisor=20", "--tier", "manager=200", "--tier", "financial-controller")
	if id != s.session {
		t.Fatalf("session %q was issued", id)
	}
	for _, m := range append(slices.Clone(s.members), s.others["recounter"], s.others["twin"], s.others["lost"]) {
		d := s.device(t, m.Name)
		s.patiently(t, func() error { return d.Enrol(t.Context(), m.Code) })
		s.patiently(t, func() error { return d.SignIn(t.Context(), m.Person, m.PIN) })
		if m.Name != "device-recounter" { // who is to know of the recount only
			if _, err := d.Join(t.Context(), stocktake.SessionID(s.session)); err != nil {
				t.Fatal(err)
			}
		}
		s.enrolled[m.Name] = d.Status().Device
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// patiently tries again what the server asks to try later: a whole shift that signs in at once looks like guessing.
func (s *story) patiently(t *testing.T, try func() error) {
	t.Helper()
	eventually(t, "the server lets another one in", func() bool {
		err := try()
		if err != nil && stocktake.CodeOf(err) != stocktake.TooMany {
			t.Fatal(err)
		}
		return err == nil
	})
}

func (s *story) devices() string { return filepath.Join(s.dir, "devices") }

// device switches a handheld on, on the database that it has.
func (s *story) device(t *testing.T, name string) *simulate.Device {
	t.Helper()
	d, err := simulate.OpenDevice(simulate.Fitting{
		Server: s.server.url(), Dir: filepath.Join(s.devices(), name), Name: name, Seed: s.seed,
		Larder: s.larder, Patience: eager,
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// eager devices notice soon that a server is back.
var eager = simulate.Patience{First: 20 * time.Millisecond, Most: 300 * time.Millisecond}

// play is a run of some members. Their databases are not synced: it is the server that is killed here.
func (s *story) play(members []simulate.Member) simulate.Config {
	habits := simulate.Ordinary
	habits.Each = 0.02 // a scan a piece makes more events, and says nothing that others do not
	return simulate.Config{
		Server: s.server.url(), Dir: s.devices(), Session: stocktake.SessionID(s.session), Truth: s.shop.truth, Members: members, Seed: s.seed,
		Habits: habits, Weather: roughWeather, Overlap: 0.3, Patience: eager, NoSync: true, Every: 20 * time.Millisecond,
	}
}

// standing gives where the session stands.
func (s *story) standing(t *testing.T) standing {
	t.Helper()
	v, err := s.people["salem"].standing(t.Context(), s.session)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// blocked reports whether something of a kind keeps the session from being sealed.
func (v *standing) blocked(key string) bool {
	for _, b := range v.Blockers {
		if b.Key == key {
			return true
		}
	}
	return false
}

// post tells the server something that it must accept.
func (s *story) post(t *testing.T, who, path string, body any) {
	t.Helper()
	if err := s.people[who].post(t.Context(), sessionPath(s.session, path), body, nil); err != nil {
		t.Fatal(err)
	}
}

// list reads a list of the session's.
func list[T any](t *testing.T, s *story, path string) []T {
	t.Helper()
	all, err := pages[T](t.Context(), s.people["salem"], sessionPath(s.session, path))
	if err != nil {
		t.Fatal(err)
	}
	return all
}
