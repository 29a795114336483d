package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"jard/internal/stocktake"
)

// signIn are the flags of every command that speaks for a person to a running server.
type signIn struct {
	URL          string `help:"Address of the society's server." default:"http://127.0.0.1:8420" placeholder:"URL"`
	Society      string `help:"The person's society." required:"" placeholder:"ID"`
	As           string `help:"Who asks." required:"" placeholder:"PERSON"`
	PasswordFile string `help:"File with the person's password." required:"" type:"existingfile" placeholder:"FILE"`
}

// client speaks to a society's server for one person.
type client struct {
	base   string
	person stocktake.PersonID
	token  string
	http   *http.Client
}

// open signs in.
func (f *signIn) open(ctx context.Context) (*client, error) {
	password, err := secret(f.PasswordFile)
	if err != nil {
		return nil, err
	}
	c, err := newClient(ctx, f.URL, f.Society, f.As, password)
	if v, ok := ctx.Value(visitKey{}).(*visit); ok && err == nil {
		v.clients = append(v.clients, c)
	}
	return c, err
}

// visit is one command's stay at servers. It signs out when the command ends: a person has room for a few sign-ins only,
// and those of a script would push out the one that the person's browser holds.
type visit struct{ clients []*client }

type visitKey struct{}

func newVisit(ctx context.Context) (context.Context, *visit) {
	v := new(visit)
	return context.WithValue(ctx, visitKey{}, v), v
}

func (v *visit) end(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second) // an interrupted command signs out, too
	defer cancel()
	for _, c := range v.clients {
		_ = c.post(ctx, "/api/sign-out", struct{}{}, nil) // one that stays behind expires
	}
}

func newClient(ctx context.Context, base, society, person, password string) (*client, error) {
	c := &client{base: base, person: stocktake.PersonID(person), http: &http.Client{Timeout: 10 * time.Minute}}
	var grant struct {
		Token string `json:"token"`
	}
	err := c.post(ctx, "/api/sign-in", map[string]string{"society": society, "person": person, "password": password}, &grant)
	c.token = grant.Token
	return c, err
}

var serverAway = stocktake.NewReason(stocktake.Unavailable, "server-away",
	"The server at %s does not answer. Start it, or give the right --url.",
	"الخادم على العنوان %s لا يستجيب. شغّله أو حدّد --url الصحيح.")

// get reads one answer.
func (c *client) get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, "", nil, out)
}

// post sends JSON. Out may be nil.
func (c *client) post(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.call(ctx, http.MethodPost, path, "application/json", bytes.NewReader(body), out)
}

// upload sends a file as it is.
func (c *client) upload(ctx context.Context, path string, f io.Reader, out any) error {
	return c.call(ctx, http.MethodPost, path, "application/octet-stream", f, out)
}

func (c *client) call(ctx context.Context, method, path, kind string, body io.Reader, out any) error {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return serverAway.Wrap(err, c.base)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusMultipleChoices {
		return c.refusal(answer, out)
	}
	if out == nil || answer.StatusCode == http.StatusNoContent {
		return nil
	}
	if raw, ok := out.(*[]byte); ok {
		*raw, err = io.ReadAll(answer.Body)
		return err
	}
	return json.NewDecoder(answer.Body).Decode(out)
}

// refusal is the error of an answer. What an import found wrong comes with it.
func (c *client) refusal(answer *http.Response, out any) error {
	body, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return err
	}
	if out != nil {
		_ = json.Unmarshal(body, out) // a report, where there is one
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return readFailure(answer)
}

// pages reads a list part by part.
func pages[T any](ctx context.Context, c *client, path string) ([]T, error) {
	var all []T
	for from := uint64(0); ; {
		var part struct {
			List []T     `json:"list"`
			Next *uint64 `json:"next"`
		}
		if err := c.get(ctx, path+"?from="+strconv.FormatUint(from, 10), &part); err != nil {
			return nil, err
		}
		all = append(all, part.List...)
		if part.Next == nil {
			return all, nil
		}
		from = *part.Next
	}
}

// lineInfo is one line of a session as the API tells it.
type lineInfo struct {
	Section  stocktake.SectionID `json:"section"`
	Item     stocktake.ItemID    `json:"item"`
	Name     stocktake.Name      `json:"name"`
	Status   string              `json:"status"`
	Book     stocktake.Quantity  `json:"book"`
	Counted  stocktake.Quantity  `json:"counted"`
	Digest   string              `json:"digest"`
	Variance *struct {
		Quantity stocktake.Quantity `json:"quantity"`
		Value    stocktake.Fils     `json:"value"`
	} `json:"variance"`
	Provisional []string             `json:"provisional"`
	Counters    []stocktake.PersonID `json:"counters"`
	Settlers    []stocktake.PersonID `json:"settlers"`
	RestZero    bool                 `json:"rest_zero"`
	CostUnknown bool                 `json:"cost_unknown"`
	Adopted     []struct {
		Location stocktake.LocationID `json:"location"`
	} `json:"adopted"`
}

func (l *lineInfo) ref() map[string]any {
	return map[string]any{"section": l.Section, "item": l.Item, "digest": l.Digest}
}

// lines reads a session's lines, all or those of one status.
func (c *client) lines(ctx context.Context, session, status string) ([]lineInfo, error) {
	var all []lineInfo
	q := url.Values{}
	if status != "" {
		q.Set("status", status)
	}
	for {
		var part struct {
			List []lineInfo `json:"list"`
			Next *struct {
				Section string `json:"section"`
				Item    string `json:"item"`
			} `json:"next"`
		}
		if err := c.get(ctx, "/api/sessions/"+url.PathEscape(session)+"/lines?"+q.Encode(), &part); err != nil {
			return nil, err
		}
		all = append(all, part.List...)
		if part.Next == nil {
			return all, nil
		}
		q.Set("after_section", part.Next.Section)
		q.Set("after_item", part.Next.Item)
	}
}
