package live

// Rooms is how many sessions the hub holds pictures of.
func (h *Hub) Rooms() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.rooms)
}

var RestAfter = restAfter
