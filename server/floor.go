package main

import (
	"context"
	"log/slog"
	"net/http"

	"jard/internal/account"
	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/handheld"
	"jard/internal/live"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// newHub makes the supervisors' live feed. Who asks is known by the console's cookie.
func newHub(n *node, sessions *count.Service, gateway *handheld.Gateway, log *slog.Logger) (*live.Hub, error) {
	return live.New(live.Config{
		Sessions: sessions, Log: n.db, Floor: floor{n.db, n.accounts, gateway}, Logger: log,
		Authenticate: func(r *http.Request) (stocktake.Person, error) {
			return n.accounts.PersonByToken(r.Context(), web.Token(r))
		},
	})
}

// floor serves live.Floor.
type floor struct {
	db       *boltdb.DB
	accounts *account.Service
	gateway  *handheld.Gateway
}

// Devices lists a society's handhelds with what was last heard of them.
func (f floor) Devices(ctx context.Context, society stocktake.SocietyID) ([]live.Device, error) {
	enrolled, err := f.db.Devices(ctx, society)
	if err != nil {
		return nil, err
	}
	there := f.gateway.Present(society)
	list := make([]live.Device, 0, len(enrolled))
	for _, d := range enrolled {
		x := live.Device{ID: d.ID, Name: d.Name}
		if c, ok := there[d.ID]; ok {
			x.Online, x.Seen = c.Online, c.Seen
		}
		list = append(list, x)
	}
	return list, nil
}

// People gives what everybody is called.
func (f floor) People(ctx context.Context, society stocktake.SocietyID) (map[stocktake.PersonID]stocktake.Name, error) {
	roll, err := f.db.People(ctx, society)
	names := make(map[stocktake.PersonID]stocktake.Name, len(roll.People))
	for i := range roll.People {
		names[roll.People[i].ID] = roll.People[i].Name
	}
	return names, err
}
