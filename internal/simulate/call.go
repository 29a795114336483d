package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// Enrol redeems a one-time code: the device gets its id and token, and keeps them.
func (d *Device) Enrol(ctx context.Context, code string) error {
	var answer struct {
		Device  stocktake.DeviceID `json:"device"`
		Token   string             `json:"token"`
		Society json.RawMessage    `json:"society"`
	}
	body := struct {
		Code string `json:"code"`
		Name string `json:"name"`
	}{code, d.fit.Name}
	if err := d.call(ctx, http.MethodPost, "/enrol", body, &answer); err != nil {
		return err
	}
	return d.adopt(answer.Device, answer.Token, answer.Society)
}

// Adopt makes the device one that was enrolled elsewhere.
func (d *Device) Adopt(device stocktake.DeviceID, token string) error {
	return d.adopt(device, token, nil)
}

func (d *Device) adopt(device stocktake.DeviceID, token string, society json.RawMessage) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := &d.base.state
	s.Device, s.Token, s.Society = device, token, society
	d.log = d.fit.Log.With("device", device)
	return d.base.save()
}

// SignIn lets a person count on this device.
func (d *Device) SignIn(ctx context.Context, person stocktake.PersonID, pin string) error {
	body := struct {
		Person stocktake.PersonID `json:"person"`
		PIN    string             `json:"pin"`
	}{person, pin}
	if err := d.call(ctx, http.MethodPost, "/signin", body, nil); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Contains(d.base.state.People, person) {
		d.base.state.People = append(d.base.state.People, person)
	}
	return d.base.save()
}

// SignedIn reports whether a person has signed in on this device.
func (d *Device) SignedIn(person stocktake.PersonID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Contains(d.base.state.People, person)
}

// Offers lists what the device may join.
func (d *Device) Offers(ctx context.Context) ([]Offer, error) {
	var answer struct {
		Sessions []Offer `json:"sessions"`
	}
	err := d.call(ctx, http.MethodGet, "/sessions", nil, &answer)
	return answer.Sessions, err
}

// Join gets a session's pack and the catalogue chunks that the larder lacks. From then on the device can count without
// a network, after a restart too.
func (d *Device) Join(ctx context.Context, session stocktake.SessionID) (*Pack, error) {
	raw, err := d.join(ctx, session)
	if err != nil {
		return nil, err
	}
	p := new(Pack)
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, AnswerUnreadable.Wrap(err, "/join")
	}
	for _, h := range d.fit.Larder.Lacks(p.Catalogue) {
		chunk, err := d.patient(ctx, http.MethodGet, "/chunks/"+h.String(), nil)
		if err != nil {
			return nil, err
		}
		if err := d.fit.Larder.Put(h, chunk); err != nil {
			return nil, err
		}
	}
	if err := replaceFile(d.packName(session), raw, d.fit.NoSync); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.attend(session)
	if a.Cursor == "" { // else the socket's feed is newer, or will be
		a.take(&p.Tasks)
		a.Cursor = p.Cursor
	}
	d.packs[session] = p
	d.announce()
	return p, d.base.save()
}

// attend gives the record of a session, made where there is none. The caller holds the lock.
func (d *Device) attend(session stocktake.SessionID) *Attending {
	a := d.base.state.Sessions[session]
	if a == nil {
		a = &Attending{State: wire.StateOpen}
		d.base.state.Sessions[session] = a
	}
	return a
}

func (d *Device) join(ctx context.Context, session stocktake.SessionID) ([]byte, error) {
	d.mu.Lock()
	body := struct {
		Session  stocktake.SessionID `json:"session"`
		Epoch    string              `json:"epoch"`
		Succeeds string              `json:"succeeds,omitempty"`
		App      string              `json:"app"`
	}{session, d.base.state.Epoch, d.base.state.Succeeds, d.fit.App}
	d.mu.Unlock()
	return d.patient(ctx, http.MethodPost, "/join", body)
}

// Pack gives the pack of a joined session, from disk after a restart.
func (d *Device) Pack(session stocktake.SessionID) (*Pack, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.packs[session]; p != nil {
		return p, nil
	}
	raw, err := os.ReadFile(d.packName(session))
	if err != nil {
		return nil, PackMissing.Wrap(err, string(session))
	}
	p := new(Pack)
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, PackMissing.Wrap(err, string(session))
	}
	d.packs[session] = p
	return p, nil
}

func (d *Device) packName(session stocktake.SessionID) string {
	return filepath.Join(d.fit.Dir, "pack-"+stocktake.HashOf([]byte(session)).String()[:16]+".json")
}

func (d *Device) call(ctx context.Context, method, path string, body, answer any) error {
	raw, err := d.patient(ctx, method, path, body)
	if err != nil || answer == nil {
		return err
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return AnswerUnreadable.Wrap(err, path)
	}
	return nil
}

// patient makes one call, again and again while the server says that it is too often: a shop's devices share one
// address, and all begin their shift at once.
func (d *Device) patient(ctx context.Context, method, path string, body any) ([]byte, error) {
	for {
		raw, err := d.raw(ctx, method, path, body)
		if err == nil || stocktake.CodeOf(err) != stocktake.TooMany {
			return raw, err
		}
		if stopped := pause(ctx, d.fit.Clock, slowDown/2+d.radio.jitter(slowDown/2)); stopped != nil {
			return nil, err
		}
	}
}

// slowDown is at most how long a device waits when it was told that it calls too often.
const slowDown = 900 * time.Millisecond

// raw makes one call. Body is encoded as JSON unless it is bytes already. What the server refuses comes back as the
// error that it gave, with its own key.
func (d *Device) raw(ctx context.Context, method, path string, body any) ([]byte, error) {
	sent, ok := body.([]byte)
	if !ok && body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return nil, fmt.Errorf("encode %s: %w", path, err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, d.address(path), bytes.NewReader(sent))
	if err != nil {
		return nil, ServerAddress.Wrap(err, d.fit.Server)
	}
	if token := d.Token(); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := d.http.Do(request)
	if err != nil {
		return nil, ServerSilent.Wrap(err, path)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(response.Body, int64(wire.DeviceLimits.Bytes)*4))
	if err != nil {
		return nil, ServerSilent.Wrap(err, path)
	}
	if response.StatusCode/100 != 2 {
		return nil, refusal(path, response.StatusCode, raw)
	}
	return raw, nil
}

func (d *Device) address(path string) string {
	return strings.TrimSuffix(d.fit.Server, "/") + wire.Base + path
}

// socketAddress is where the websocket is: ws for http, wss for https.
func (d *Device) socketAddress() (string, error) {
	u, err := url.Parse(d.address("/stream"))
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", ServerAddress.Wrap(err, d.fit.Server)
	}
	u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
	return u.String(), nil
}

// refusal turns a server's error into one of the same key, code and texts.
func refusal(path string, status int, raw []byte) error {
	var answer struct {
		Error wire.Fault `json:"error"`
	}
	if json.Unmarshal(raw, &answer) != nil || answer.Error.Key == "" {
		return ServerRefused.New(path, status)
	}
	plain := func(s string) string { return strings.ReplaceAll(s, "%", "%%") }
	f := answer.Error
	return (&stocktake.Reason{Code: f.Code, Key: f.Key, English: plain(f.English), Arabic: plain(f.Arabic)}).New()
}

// Reasons for which a call fails before or beside the server's own.
var (
	ServerAddress = stocktake.NewReason(stocktake.Invalid, "server-address",
		"%q is no address of a server: write it as http://host:port.",
		"القيمة %q ليست عنوان خادم: اكتبها هكذا http://host:port.")
	ServerSilent = stocktake.NewReason(stocktake.Unavailable, "server-silent",
		"The server did not answer %s. Check the network; nothing recorded is lost.",
		"لم يجب الخادم على %s. تحقّق من الشبكة؛ لم يُفقد شيء مما سُجّل.")
	ServerRefused = stocktake.NewReason(stocktake.Unavailable, "server-refused",
		"The server answered %s with status %d and no reason. Is it a server of Jard?",
		"أجاب الخادم على %s بالحالة %d دون سبب. هل هو خادم جرد؟")
	AnswerUnreadable = stocktake.NewReason(stocktake.Unavailable, "answer-unreadable",
		"The server's answer to %s cannot be read. Are both of the same version?",
		"تعذّرت قراءة جواب الخادم على %s. هل الإصداران متوافقان؟")
	PackMissing = stocktake.NewReason(stocktake.NotFound, "pack-missing",
		"The device holds no pack of session %q. Join it first, with a network.",
		"لا يحمل الجهاز حزمة الجلسة %q. انضم إليها أولًا عبر الشبكة.")
)
