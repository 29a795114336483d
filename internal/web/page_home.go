package web

// homePage is what the home page shows.
type homePage struct {
	Counter bool // who looks only counts, on a handheld
}

func (k *console) homePages() []route { return []route{{path: "/", get: k.showHome}} }

func (k *console) showHome(v *visit) error {
	p := homePage{Counter: !v.by.Is(watchers...)}
	return v.show("home", frame{Title: "home.title", Nav: "home", Data: p})
}
