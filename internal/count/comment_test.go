package count_test

import (
	"strings"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// A comment stands beside its line with who made it and when, and changes nothing else: no digest, no decision, no figure.
func TestCommentChangesNothing(t *testing.T) {
	s, _ := iceShort(t)
	s.approve("omar", "cold", "ice")
	before := s.want("cold", "ice", count.LineApproved, 3)
	totals := s.view().Totals
	at := s.decide("huda", count.LineCommented, count.Remark{Section: "cold", Item: "ice", Text: "the freezer was open"}, stocktake.Witness)
	s.decide("sara", count.LineCommented, count.Remark{Section: "dry", Item: "rice", Text: "elsewhere"})
	after := s.want("cold", "ice", count.LineApproved, 3)
	if after.Digest != before.Digest || s.view().Totals != totals || void(after) != "" {
		t.Fatalf("the comment changed the line: %+v", after)
	}
	list := s.view().CommentsOf("cold", "ice")
	if len(list) != 1 || list[0].Text != "the freezer was open" || list[0].Person != "huda" || list[0].Offset != at || list[0].At.IsZero() {
		t.Fatalf("comments are %+v", list)
	}
	if n := len(s.view().CommentsOf("dry", "oil")); n != 0 {
		t.Fatalf("%d comments on a line of which nobody said anything", n)
	}
}

// A view that was given does not change when somebody comments later.
func TestCommentLeavesEarlierViewsAlone(t *testing.T) {
	s, _ := iceShort(t)
	say := func() { s.decide("huda", count.LineCommented, count.Remark{Section: "cold", Item: "ice", Text: "x"}) }
	say()
	old := s.running.View()
	say()
	if a, b := len(old.Comments), len(s.running.View().Comments); a != 1 || b != 2 {
		t.Fatalf("the earlier view has %d comments and the later %d; want 1 and 2", a, b)
	}
}

func TestCommentIsRefused(t *testing.T) {
	f := openFloor(t)
	f.issue(mona, session)
	say := func(item stocktake.ItemID, text string) error {
		_, err := f.svc.CommentLine(t.Context(), mona, session, count.Remark{Section: "cold", Item: item, Text: text})
		return err
	}
	f.check(say("ice", strings.Repeat("x", count.MaxComment)))
	for name, c := range map[string]struct {
		err  error
		want *stocktake.Reason
	}{
		"empty": {say("ice", ""), count.CommentNeeded}, "too long": {say("ice", strings.Repeat("x", count.MaxComment+1)), count.CommentNeeded},
		"no such line": {say("sand", "x"), stocktake.Missing},
	} {
		if c.err == nil || stocktake.Fault(c.err).Reason.Key != c.want.Key {
			t.Errorf("%s: %v; want %s", name, c.err, c.want.Key)
		}
	}
	_, err := f.svc.Cancel(t.Context(), mona, session, count.Because{Reason: "a drill"})
	f.check(err)
	if err := say("ice", "x"); stocktake.Fault(err).Reason != count.LogClosed {
		t.Errorf("a cancelled session took a comment: %v", err)
	}
}
