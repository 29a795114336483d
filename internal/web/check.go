package web

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-playground/validator/v10"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// bounds are the limits on request bodies that are the core's own types, by field. Only lengths: what a text may say is
// the core's to judge. A test walks every body and fails when a text or a list has no limit.
var bounds = []struct {
	of    any
	rules map[string]string
}{
	{stocktake.Name{}, map[string]string{"Arabic": "max=512", "English": "max=512"}},
	{count.Scope{}, map[string]string{
		"Sections": "max=100000,dive,max=64", "Locations": "max=100000,dive,max=64", "Items": "max=100000,dive,max=64",
	}},
	{count.Exception{}, map[string]string{"Category": "max=512", "Items": "max=100000,dive,max=64"}},
	{reconcile.Rules{}, nil},
	{reconcile.Window{}, map[string]string{"Places": "max=4,dive,max=16"}},
	{count.Recurrence{}, map[string]string{"Unit": "required,max=8", "Start": "required,max=10", "End": "max=10", "Time": "required,max=5"}},
	{count.Frequency{}, nil},
	{count.Tier{}, map[string]string{"Role": "required,max=64", "Sign": "max=16"}},
	{count.Policy{}, map[string]string{
		"PublishedBy": "max=64", "Classes": "max=3,dive", "Exceptions": "max=1000,dive", "Tiers": "required,max=20,dive", "Codes": "max=100,dive",
	}},
	{count.ClassTolerance{}, map[string]string{"Class": "required,max=1"}},
	{count.ReasonCode{}, map[string]string{"Key": "required,max=64", "Sign": "max=16"}},
	{count.Task{}, map[string]string{
		"ID": "required,max=64", "Location": "required,max=64", "Items": "max=100000,dive,max=64", "Person": "max=64",
	}},
	{count.LineRef{}, map[string]string{"Section": "required,max=64", "Item": "required,max=64", "Digest": "max=64"}},
	{count.Assignment{}, map[string]string{"Tasks": "max=20000,dive", "Withdraw": "max=20000,dive,max=64"}},
	{count.Recount{}, map[string]string{"Tasks": "max=20000,dive", "Lines": "max=50000,dive", "Reason": "max=1000"}},
	{count.TestWant{}, map[string]string{
		"Lines": "max=1000,dive", "Draw": "max=1000", "Section": "max=64", "Category": "max=512", "Person": "max=64", "Withdraw": "max=1000,dive,max=64", "Reason": "max=1000",
	}},
	{count.Want{}, map[string]string{"Lines": "max=50000,dive", "Of": "max=16", "Category": "max=512", "Reason": "max=1000"}},
	{count.PassDecision{}, map[string]string{"Pass": "required,max=64", "Digest": "max=64", "Reason": "required,max=1000"}},
	{count.Choice{}, map[string]string{
		"Location": "required,max=64", "Item": "required,max=64", "Pass": "max=64", "Digest": "required,max=64",
		"Reason": "required,max=1000",
	}},
	{count.Resolution{}, map[string]string{"Code": "required,max=8192", "Item": "max=64", "Digest": "max=64", "Reason": "max=1000"}},
	{count.Release{}, map[string]string{"Key": "required,max=256", "Digest": "max=64", "Fault": "max=256", "Reason": "required,max=1000"}},
	{count.Rest{}, map[string]string{"Lines": "required,max=50000,dive", "Reason": "required,max=1000"}},
	{count.LocationAside{}, map[string]string{"Location": "required,max=64", "Digest": "max=64", "Reason": "required,max=1000"}},
	{count.LinesVerdict{}, map[string]string{
		"Verdict": "required,max=16", "Code": "max=64", "Lines": "required,max=50000,dive", "Reason": "max=1000",
	}},
	{count.Remark{}, map[string]string{"Section": "required,max=64", "Item": "required,max=64", "Text": "required,max=1000"}},
	{count.WriteOff{}, map[string]string{"Device": "required,max=64", "Epoch": "max=64", "Digest": "max=64", "Reason": "required,max=1000"}},
	{count.SignatureAside{}, map[string]string{"Person": "required,max=64", "Capacity": "required,max=16", "Digest": "max=64", "Reason": "required,max=1000"}},
	{count.Because{}, map[string]string{"Reason": "max=1000"}},
	{reconcile.Tolerance{}, nil},
}

const maxFieldFaults = 50

// checker holds the bounds of every body. It is safe for concurrent use.
type checker struct{ v *validator.Validate }

func newChecker() (c *checker, err error) {
	defer func() {
		if r := recover(); r != nil { // validator's way of refusing a rule
			err = fmt.Errorf("web: bounds: %v", r)
		}
	}()
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(jsonName)
	for _, b := range bounds {
		if b.rules != nil {
			v.RegisterStructValidationMapRules(b.rules, b.of)
		}
	}
	return &checker{v: v}, nil
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" {
		return ""
	}
	return name
}

// fields checks every bound of v, which is a pointer to a struct, and names each field that breaks one.
func (c *checker) fields(v any) error {
	err := c.v.Struct(v)
	if err == nil {
		return nil
	}
	wrong, ok := errors.AsType[validator.ValidationErrors](err)
	if !ok {
		return stocktake.Broken.Wrap(err)
	}
	f := &fieldsError{error: FieldsWrong.New()}
	for _, w := range wrong[:min(len(wrong), maxFieldFaults)] {
		_, path, _ := strings.Cut(w.Namespace(), ".")
		texts, ok := fieldTexts[w.Tag()]
		if !ok {
			texts = [2]string{"is wrong", "غير صحيح"}
		}
		fault := fieldFault{Field: path, Key: w.Tag(), English: texts[0], Arabic: texts[1]}
		if strings.Contains(texts[0], "%s") {
			fault.English, fault.Arabic = fmt.Sprintf(texts[0], w.Param()), fmt.Sprintf(texts[1], w.Param())
		}
		f.fields = append(f.fields, fault)
	}
	return f
}

// The bodies that are the API's own.
type (
	signInBody struct {
		Society  stocktake.SocietyID `json:"society" validate:"required,max=64"`
		Person   stocktake.PersonID  `json:"person" validate:"required,max=64"`
		Password account.Secret      `json:"password" validate:"required,max=256"`
	}
	changePasswordBody struct {
		Old account.Secret `json:"old" validate:"required,max=256"`
		New account.Secret `json:"new" validate:"required,max=256"`
	}
	personBody struct {
		ID       stocktake.PersonID `json:"id" validate:"required,max=64"`
		Name     stocktake.Name     `json:"name"`
		Roles    []stocktake.Role   `json:"roles" validate:"max=16,dive,max=64"`
		Password account.Secret     `json:"password" validate:"max=256"`
		PIN      account.Secret     `json:"pin" validate:"max=32"`
	}
	nameBody struct {
		Name stocktake.Name `json:"name"`
	}
	rolesBody struct {
		Roles []stocktake.Role `json:"roles" validate:"required,max=16,dive,max=64"`
	}
	passwordBody struct {
		Password account.Secret `json:"password" validate:"required,max=256"`
	}
	pinBody struct {
		PIN account.Secret `json:"pin" validate:"required,max=32"`
	}
	reasonBody struct {
		Reason string `json:"reason" validate:"required,max=500"`
	}
	daysBody struct {
		Days int `json:"days" validate:"required,min=1,max=400"`
	}
	codeBody struct {
		Name string `json:"name" validate:"max=64"`
	}
	emptyBody struct{}
	signBody  struct {
		Capacity count.Capacity `json:"capacity" validate:"required,max=16"`
		Digest   count.Digest   `json:"digest" validate:"required,max=64"`
		Reason   string         `json:"reason" validate:"max=1000"`
		Password account.Secret `json:"password" validate:"required,max=256"`
	}
	sealBody struct {
		Head stocktake.Hash `json:"head"` // of the log that was looked at
	}

	correctionBody struct {
		Session stocktake.SessionID `json:"session" validate:"max=64"`
		Name    stocktake.Name      `json:"name"`
		Reason  string              `json:"reason" validate:"max=1000"`
	}

	// planBody is a session to be issued. Without Blind it is a blind one: books are shown only where that was asked for.
	planBody struct {
		Session    stocktake.SessionID  `json:"session" validate:"max=64"`
		Name       stocktake.Name       `json:"name"`
		Site       stocktake.SiteID     `json:"site" validate:"required,max=64"`
		Kind       count.SessionKind    `json:"kind" validate:"required,max=16"`
		Blind      *bool                `json:"blind"`
		Double     bool                 `json:"double"`
		Due        moment               `json:"due"`
		Scope      count.Scope          `json:"scope"`
		Tolerance  reconcile.Tolerance  `json:"tolerance"`
		Exceptions []count.Exception    `json:"exceptions" validate:"max=1000,dive"`
		Rules      *reconcile.Rules     `json:"rules"`
		Tiers      []count.Tier         `json:"tiers" validate:"max=20,dive"`
		Committee  []stocktake.PersonID `json:"committee" validate:"max=50,dive,max=64"`
		Witness    stocktake.PersonID   `json:"witness" validate:"max=64"`
	}
)

// The bodies of count plans.
type (
	// countPlanBody is a plan, or the next version of one that its address names. Without Blind its sessions are blind ones.
	countPlanBody struct {
		Version    int                  `json:"version"` // that was looked at; 0 for a new plan
		Name       stocktake.Name       `json:"name"`
		Kind       count.PlanKind       `json:"kind" validate:"required,max=16"`
		Site       stocktake.SiteID     `json:"site" validate:"required,max=64"`
		Scope      count.Scope          `json:"scope"`
		Cycle      *count.Frequency     `json:"cycle"`
		Recurrence count.Recurrence     `json:"recurrence"`
		Minutes    int                  `json:"minutes"`
		Automatic  bool                 `json:"automatic"`
		Blind      *bool                `json:"blind"`
		Tolerance  reconcile.Tolerance  `json:"tolerance"`
		Exceptions []count.Exception    `json:"exceptions" validate:"max=1000,dive"`
		Tiers      []count.Tier         `json:"tiers" validate:"max=20,dive"`
		Rules      *reconcile.Rules     `json:"rules"`
		Committee  []stocktake.PersonID `json:"committee" validate:"max=50,dive,max=64"`
		Witness    stocktake.PersonID   `json:"witness" validate:"max=64"`
		KnownTo    []stocktake.PersonID `json:"known_to" validate:"max=50,dive,max=64"`
	}
	endPlanBody struct {
		Version int    `json:"version"`
		Reason  string `json:"reason" validate:"required,max=1000"`
	}
	occurrenceBody struct {
		At moment `json:"at"`
	}
)

// bodies lists every type that read fills, for the test that looks for what has no limit.
var bodies = []any{
	signInBody{}, changePasswordBody{}, personBody{}, nameBody{}, rolesBody{}, passwordBody{}, pinBody{}, reasonBody{},
	daysBody{}, codeBody{}, emptyBody{}, sealBody{}, planBody{}, count.Scope{}, count.Assignment{}, count.Recount{}, count.PassDecision{},
	count.Choice{}, count.Resolution{}, count.Release{}, count.Rest{}, count.LocationAside{}, count.LinesVerdict{},
	count.WriteOff{}, count.Because{}, count.Remark{}, signBody{}, count.SignatureAside{}, countPlanBody{}, endPlanBody{}, occurrenceBody{}, count.Policy{},
}
