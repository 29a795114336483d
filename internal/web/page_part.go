package web

import "html/template"

// pager is what the links to a list's other parts need. More is the query that stays.
type pager struct {
	Data  struct{ Next, Before, Total int }
	First int
	Last  int
	More  template.URL // made by url.Values.Encode or escaped part by part
}

// Pager is the links to the list's other parts.
func (p piece[T]) Pager(more string) pager {
	x := pager{First: p.From + 1, Last: p.From + len(p.List), More: template.URL(more)}
	x.Data.Next, x.Data.Before, x.Data.Total = p.Next, p.Before, p.Total
	return x
}
