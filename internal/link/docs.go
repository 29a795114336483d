package link

import (
	"bytes"
	_ "embed" // the description and its page
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
)

var (
	//go:embed openapi.json
	openAPI []byte
	//go:embed docs.html
	docsPage string
	//go:embed docs.css
	docsStyle []byte
)

// description is what the page shows of openapi.json.
type description struct {
	Info struct {
		Title       string `json:"title"`
		TitleAR     string `json:"x-ar"`
		Version     string `json:"version"`
		Description string `json:"description"`
		Arabic      string `json:"x-ar-description"`
	} `json:"info"`
	Guide []struct {
		Heading   string `json:"en"`
		HeadingAR string `json:"ar"`
		Text      string `json:"text"`
		Arabic    string `json:"x-ar"`
	} `json:"x-guide"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		Responses map[string]described       `json:"responses"`
		Schemas   map[string]json.RawMessage `json:"schemas"`
	} `json:"components"`

	Server     string      `json:"-"`
	Operations []operation `json:"-"`
	Shapes     []shape     `json:"-"`
}

type described struct {
	Ref         string `json:"$ref"`
	Description string `json:"description"`
	Arabic      string `json:"x-ar"`
}

type parameter struct {
	Name     string `json:"name"`
	In       string `json:"in"`
	Required bool   `json:"required"`
	described
}

type operation struct {
	Method, Path string
	Summary      string               `json:"summary"`
	Arabic       string               `json:"x-ar"`
	Parameters   []parameter          `json:"parameters"`
	Responses    map[string]described `json:"responses"`
	Body         struct {
		Content map[string]struct {
			Example json.RawMessage `json:"example"`
		} `json:"content"`
	} `json:"requestBody"`
	Types   []string
	Example string
}

type shape struct{ Name, Text string }

// newDocs gives the description under DocsBase: a page, and openapi.json beside it.
func newDocs(version string) (http.Handler, error) {
	page, err := renderDocs(version)
	if err != nil {
		return nil, fmt.Errorf("link: describe the API: %w", err)
	}
	mux := http.NewServeMux()
	for path, file := range map[string]struct {
		kind  string
		bytes []byte
	}{
		"": {"text/html; charset=utf-8", page}, "/openapi.json": {"application/json", openAPI}, "/style.css": {"text/css; charset=utf-8", docsStyle},
	} {
		mux.HandleFunc("GET "+DocsBase+path, func(w http.ResponseWriter, _ *http.Request) {
			h := w.Header()
			h.Set("Content-Type", file.kind)
			h.Set("Cache-Control", "no-cache")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
			_, _ = w.Write(file.bytes) // whoever asked has gone
		})
	}
	return mux, nil
}

func renderDocs(version string) ([]byte, error) {
	var d description
	if err := json.Unmarshal(openAPI, &d); err != nil {
		return nil, err
	}
	d.Server = version
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		var shared []parameter
		if raw, ok := d.Paths[path]["parameters"]; ok {
			if err := json.Unmarshal(raw, &shared); err != nil {
				return nil, err
			}
		}
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			if method == "parameters" {
				continue
			}
			o := operation{Method: strings.ToUpper(method), Path: path}
			if err := json.Unmarshal(d.Paths[path][method], &o); err != nil {
				return nil, err
			}
			o.Parameters = append(slices.Clone(shared), o.Parameters...)
			for code, r := range o.Responses {
				if r.Ref != "" {
					o.Responses[code] = d.Components.Responses[r.Ref[strings.LastIndexByte(r.Ref, '/')+1:]]
				}
			}
			for kind, c := range o.Body.Content {
				o.Types = append(o.Types, kind)
				if len(c.Example) > 0 {
					o.Example = indented(c.Example)
				}
			}
			slices.Sort(o.Types)
			d.Operations = append(d.Operations, o)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		d.Shapes = append(d.Shapes, shape{name, indented(d.Components.Schemas[name])})
	}
	t, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = t.Execute(&page, d)
	return page.Bytes(), err
}

func indented(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
