package web

import (
	"encoding/json"
	"errors"
	"os"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// importEventsPath is the page for the file of a handheld that reaches the server no more. ofHandheld is its kind among the
// files that wait; no Importer takes it.
const (
	importEventsPath            = "/import/events"
	ofHandheld       ImportKind = "events"
)

// eventsPage says what became of such a file.
type eventsPage struct {
	Report   *eventsReport
	Sessions map[stocktake.SessionID]*count.SessionInfo
}

// eventsReport is what the console reads of an EventImporter's report.
type eventsReport struct {
	Device   stocktake.DeviceID `json:"device"`
	Name     string             `json:"name"`
	Held     string             `json:"held"`
	Photos   int                `json:"photos"`
	NoPhotos int                `json:"no_photos"`
	Sessions []struct {
		Session     stocktake.SessionID `json:"session"`
		New         int                 `json:"new"`
		Known       int                 `json:"known"`
		Quarantined int                 `json:"quarantined"`
		Late        int                 `json:"late"`
	} `json:"sessions"`
}

func (k *console) showImportEvents(v *visit) error {
	if k.Events == nil {
		return NotOffered.New()
	}
	return v.show("import-events", frame{Title: "import-kind.events", Nav: "import", Data: eventsPage{}, Form: v.newForm()})
}

// importEventsHere takes the file in at once: what it holds was recorded by a counter and is nobody's to judge beforehand. A
// file that is not whole brings nothing.
func (k *console) importEventsHere(v *visit) error {
	if k.Events == nil {
		return NotOffered.New()
	}
	f, id, err := v.upload(ofHandheld)
	if err != nil {
		return err
	}
	defer k.uploads.remove(id)
	var p eventsPage
	if file, ok := k.uploads.get(id, v.by, ofHandheld, k.Now()); !ok {
		f.wrong("file", FileMissing.New())
	} else if err := k.takeEvents(v, &p, file); err != nil {
		if err := f.blame(err); err != nil {
			return err
		}
	}
	if p.Report == nil {
		return v.again("import-events", frame{Title: "import-kind.events", Nav: "import", Data: p, Form: f})
	}
	return v.show("import-events", frame{Title: "import-kind.events", Nav: "import", Data: p, Form: f})
}

func (k *console) takeEvents(v *visit, p *eventsPage, file kept) error {
	if file.size > wire.MaxRescue {
		return BodyTooLarge.New(wire.MaxRescue)
	}
	leave, err := k.imports.enter()
	if err != nil {
		return err
	}
	defer leave()
	data, err := os.ReadFile(file.path)
	if err != nil {
		return FileGone.Wrap(err)
	}
	report, err := k.Events.ImportEvents(v.Request().Context(), v.by, data)
	if err != nil {
		return err
	}
	b, err := json.Marshal(report)
	if err == nil {
		p.Report = new(eventsReport)
		err = json.Unmarshal(b, p.Report)
	}
	sessions, fault := k.Sessions.Sessions(v.Request().Context(), v.by)
	p.Sessions = make(map[stocktake.SessionID]*count.SessionInfo, len(sessions))
	for i := range sessions {
		p.Sessions[sessions[i].Session] = &sessions[i]
	}
	return errors.Join(err, fault)
}
