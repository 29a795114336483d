package boltdb

const (
	// spaceNeeded must be free on the disk before the writer tries again after it was full: a failed commit makes bbolt
	// walk the whole file, and devices that repeat themselves would keep it doing that.
	spaceNeeded = 4 << 20
	// photoSpace must be free for a photo to be taken, or a twentieth of a small disk: what is below it is for entries.
	photoSpace = 1 << 30
)

// spaceLeft reports whether the writer may try. Where it cannot be told, the commit will tell.
func spaceLeft(path string) bool {
	free, _, known := space(path)
	return !known || free >= spaceNeeded
}

// photosFit reports whether the disk has so much space that photos take none from entries.
func photosFit(path string) bool {
	free, size, known := space(path)
	return !known || free >= min(photoSpace, size/20)
}
