package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"jard/internal/account"
	"jard/internal/gs1"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// The operator owns the machine: who may open the data directory may do what stands here, through a socket in that
// directory while a server runs, and through the store itself while none does. Rights of people play no part in it.

func (n *node) listenOperator() (net.Listener, error) {
	path := n.socket()
	// The store's lock is held, so a socket that is still there belongs to nobody.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return l, os.Chmod(path, 0o600)
}

func (n *node) ministryKey() string { return filepath.Join(n.keys(), "ministry.pem") }

// operator serves the operator's calls: JSON in and out, but for the backup, which is the store's bytes.
func (n *node) operator() http.Handler {
	mux := http.NewServeMux()
	handle(mux, "/society", n.addSociety)
	handle(mux, "/administrator", n.addAdministrator)
	handle(mux, "/enrol", n.enrolAtMinistry)
	handle(mux, "/series", n.openSeries)
	handle(mux, "/key", n.changeKey)
	handle(mux, "/code", n.ministryCode)
	handle(mux, "/members", n.members)
	handle(mux, "/verify", n.verify)
	handle(mux, "/backup-confirm", n.confirmBackup)
	handle(mux, "/rescue", n.rescue)
	mux.HandleFunc("POST /backup", func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // as long as it takes
		if _, err := n.db.WriteTo(w); err != nil {
			n.log.Error("backup broken off", "error", err)
			panic(http.ErrAbortHandler) // so that the reader sees a broken copy, not a short one
		}
	})
	return mux
}

// maxCall bounds the memory that one call takes: a backup of many years' streams has a mark for each.
const maxCall = 256 << 20

// handle mounts one call.
func handle[In, Out any](mux *http.ServeMux, path string, f func(context.Context, In) (Out, error)) {
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		var in In
		err := json.NewDecoder(io.LimitReader(r.Body, maxCall)).Decode(&in)
		var out Out
		if err == nil {
			out, err = f(r.Context(), in)
		}
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			e := stocktake.Fault(err)
			f := &failed{Key: e.Reason.Key, English: e.English(), Arabic: e.Arabic()}
			if e.Err != nil {
				f.Cause = e.Err.Error()
			}
			w.WriteHeader(http.StatusUnprocessableEntity)
			_ = json.NewEncoder(w).Encode(failure{Failure: f})
			return
		}
		_ = json.NewEncoder(w).Encode(out)
	})
}

type failure struct {
	Failure *failed `json:"error"`
}

// failed is an error that came over a socket or over HTTP.
type failed struct {
	Key     string `json:"key"`
	English string `json:"en"`
	Arabic  string `json:"ar"`
	Cause   string `json:"cause,omitempty"` // over the socket alone: who owns the machine may see what lies beneath
}

// Error shows both languages, as printError does.
func (f *failed) Error() string {
	s := f.English + "\n        " + f.Arabic
	if f.Cause != "" {
		s += "\n        (" + f.Cause + ")"
	}
	return s
}

// operate makes an operator's call: over the socket of the server that has the store open, or, when there is none, on
// the store itself.
func operate[Out any](ctx context.Context, data dataFlags, path string, in any) (out Out, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return out, err
	}
	err = data.post(ctx, path, body, func(r io.Reader) error { return json.NewDecoder(r).Decode(&out) })
	return out, err
}

// begins names the calls that may be the first on a data directory; every other needs a store that is there.
var begins = map[string]bool{"/society": true, "/code": true}

var noStore = stocktake.NewReason(stocktake.NotFound, "no-store",
	"There is no store in %s. Check --data.",
	"لا يوجد مخزن بيانات في %s. تحقّق من --data.")

// post sends one call to the operator's socket and hands over the answer. Without a server it opens the store for the
// length of the call.
func (f dataFlags) post(ctx context.Context, path string, body []byte, take func(io.Reader) error) (err error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", f.socket())
	}
	if conn, err := dial(ctx, "", ""); err != nil {
		if _, err := os.Stat(f.store()); err != nil && !begins[path] {
			return noStore.Wrap(err, f.Data)
		}
		n, err := openNode(f, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		l, err := n.listenOperator()
		if err != nil {
			return errors.Join(err, n.close())
		}
		h := &http.Server{Handler: n.operator(), ReadHeaderTimeout: time.Second}
		go func() { _ = h.Serve(l) }()
		defer func() { err = errors.Join(err, h.Close(), n.close()) }()
	} else {
		_ = conn.Close() // it was only knocked at
	}
	client := &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://operator"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return readFailure(answer)
	}
	return take(answer.Body)
}

func readFailure(r *http.Response) error {
	var f failure
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&f); err != nil || f.Failure == nil {
		return fmt.Errorf("the server answered %s", r.Status)
	}
	return f.Failure
}

type administrator struct {
	Society  stocktake.SocietyID `json:"society"`
	Person   stocktake.PersonID  `json:"person"`
	Name     stocktake.Name      `json:"name"`
	Password string              `json:"password"`
	Roles    []stocktake.Role    `json:"roles,omitempty"` // besides the administrator's
}

type done struct{}

func (n *node) addSociety(ctx context.Context, s stocktake.Society) (done, error) {
	if err := errors.Join(stocktake.CheckID("society", string(s.ID)), s.Name.Check("society"), s.Governorate.Check(), checkSchemes(s.Schemes)); err != nil {
		return done{}, err
	}
	if err := n.db.PutSociety(ctx, s); err != nil {
		return done{}, err
	}
	_, err := n.signer.Identity(ctx, s.ID) // its signing key, at first
	return done{}, err
}

// checkSchemes refuses labels that no handheld could read.
func checkSchemes(texts []string) error {
	for i, text := range texts {
		schemes, err := gs1.ParseSchemes(texts[:i+1])
		if err == nil {
			_, err = gs1.NewDecoder(schemes)
		}
		if err != nil {
			return schemeWrong.Wrap(err, text)
		}
	}
	return nil
}

var schemeWrong = stocktake.NewReason(stocktake.Invalid, "scheme-wrong",
	"The label of the scales %q is declared wrong, and nothing was added. README says how one is written, and decode tries it.",
	"تعريف ملصق الميزان %q غير صحيح ولم يُضف شيء. طريقة كتابته في README، ويجرّبه الأمر decode.")

func (n *node) addAdministrator(ctx context.Context, a administrator) (account.Profile, error) {
	office := a.Society == ministrySociety
	if office {
		if _, err := os.Stat(n.ministryKey()); err != nil { // a society's store would take the officer, whom nobody could find there
			return account.Profile{}, noMinistry.Wrap(err, n.Data)
		}
	}
	p, err := n.accounts.FirstAdministrator(ctx, a.Society, account.NewPerson{ID: a.Person, Name: a.Name, Password: account.Secret(a.Password), Roles: a.Roles})
	if office && errors.Is(err, account.AdministratorExists) {
		err = officerExists.New()
	}
	return p, err
}

var (
	noMinistry = stocktake.NewReason(stocktake.NotFound, "no-ministry",
		"The store in %s is no ministry's. Give the --data of the ministry's server, after its first start with --role ministry.",
		"المخزن في %s ليس مخزن الوزارة. حدّد --data الخاص بخادم الوزارة بعد تشغيله أول مرة مع --role ministry.")
	officerExists = stocktake.NewReason(stocktake.Conflict, "officer-exists",
		"The ministry has its first officer. Officers add each other at the ministry's pages, under People.",
		"للوزارة موظفها الأول. يضيف الموظفون بعضهم بعضًا في صفحات الوزارة ضمن «الأشخاص».")
)

type enrolment struct {
	Society  stocktake.SocietyID `json:"society"`
	Ministry string              `json:"ministry"`
	Code     string              `json:"code"`
}

func (n *node) enrolAtMinistry(ctx context.Context, e enrolment) (*ministry.Statement, error) {
	return n.signer.Enrol(ctx, n.outside, e.Society, e.Ministry, e.Code)
}

type series struct {
	Society stocktake.SocietyID `json:"society"`
	Series  uint64              `json:"series"`
}

func (n *node) openSeries(ctx context.Context, s series) (ministry.Chain, error) {
	return n.db.OpenSeries(ctx, s.Society, s.Series)
}

type keyChange struct {
	Society stocktake.SocietyID `json:"society"`
	Reason  string              `json:"reason"`
	Lost    bool                `json:"lost"`
}

func (n *node) changeKey(ctx context.Context, k keyChange) (any, error) {
	if k.Lost {
		return n.signer.ReplaceLostKey(ctx, k.Society)
	}
	return n.signer.ChangeKey(ctx, k.Society, k.Reason)
}

func (n *node) desk() (*ministry.Desk, error) {
	key, err := result.LoadOrCreateKey(n.ministryKey())
	if err != nil {
		return nil, err
	}
	return ministry.NewDesk(n.db, key, ministry.SystemClock{}, n.log), nil
}

func (n *node) ministryCode(ctx context.Context, s stocktake.Society) (string, error) {
	desk, err := n.desk()
	if err != nil {
		return "", err
	}
	return desk.NewEnrolmentCode(ctx, s.ID, s.Name, s.Governorate)
}

func (n *node) members(ctx context.Context, _ done) ([]ministry.Member, error) {
	return n.db.Members(ctx)
}
