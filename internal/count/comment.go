package count

import (
	"context"
	"time"

	"jard/internal/stocktake"
)

// Remark is the body of LineCommented: what somebody says of a line to whoever looks at it next. It decides nothing, is part of no
// digest and lapses nothing.
type Remark struct {
	Section stocktake.SectionID `json:"section"`
	Item    stocktake.ItemID    `json:"item"`
	Text    string              `json:"text"`
}

// Comment is a remark with who said it and when.
type Comment struct {
	Remark
	Offset uint64             `json:"offset"`
	At     time.Time          `json:"at"`
	Person stocktake.PersonID `json:"person"`
}

// MaxComment bounds a comment in bytes.
const MaxComment = 1000

// CommentLine writes a comment beside a line, by whoever may see the session's figures.
func (s *Service) CommentLine(ctx context.Context, by stocktake.Person, session stocktake.SessionID, r Remark) (Entry, error) {
	return s.decideAs(ctx, by, readers, session, LineCommented, r, func(v *View) error {
		if r.Text == "" || len(r.Text) > MaxComment {
			return CommentNeeded.New(stocktake.Letters(MaxComment))
		}
		if v.Line(r.Section, r.Item) == nil {
			return stocktake.NoSuch("line", string(r.Section)+" / "+string(r.Item))
		}
		return nil
	})
}

// remark files a comment. Views hold the list as long as it was: it only ever grows.
func (f *Fold) remark(e Entry, r Remark) {
	f.comments = append(f.comments, Comment{r, e.Offset, e.RecordedAt, e.Author.Person})
}

// CommentsOf lists what was said of a line, oldest first.
func (v *View) CommentsOf(section stocktake.SectionID, item stocktake.ItemID) []Comment {
	var list []Comment
	for _, c := range v.Comments {
		if c.Section == section && c.Item == item {
			list = append(list, c)
		}
	}
	return list
}

// CommentNeeded refuses a comment that says nothing, or too much.
var CommentNeeded = stocktake.NewReason(stocktake.Invalid, "comment-needed",
	"Write what you have to say, in at most %s.",
	"اكتب تعليقك بما لا يتجاوز %s.")
