package handheld

import (
	"sync"
	"time"

	"jard/internal/stocktake"
)

// Contact is the last that the gateway has heard of a device since it began.
type Contact struct {
	Online bool // it has a socket now
	Seen   time.Time
}

// maxContacts bounds the devices whose last contact is remembered.
const maxContacts = 100_000

// contacts remembers when devices were last heard of.
type contacts struct {
	mu   sync.Mutex
	seen map[deviceKey]time.Time
}

// note remembers that a device was there.
func (c *contacts) note(k deviceKey, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[deviceKey]time.Time{}
	}
	if _, known := c.seen[k]; known || len(c.seen) < maxContacts {
		c.seen[k] = at
	}
}

// Present gives what was last heard of each of a society's devices; nothing of those not heard of since the gateway began.
func (g *Gateway) Present(society stocktake.SocietyID) map[stocktake.DeviceID]Contact {
	there := map[stocktake.DeviceID]Contact{}
	g.contacts.mu.Lock()
	for k, at := range g.contacts.seen {
		if k.society == society {
			there[k.device] = Contact{Seen: at}
		}
	}
	g.contacts.mu.Unlock()
	g.live.mu.Lock()
	defer g.live.mu.Unlock()
	for k := range g.live.devices {
		if k.society == society {
			there[k.device] = Contact{Online: true, Seen: g.now()}
		}
	}
	return there
}
