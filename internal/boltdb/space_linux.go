package boltdb

import (
	"path/filepath"
	"syscall"
)

// spaceNeeded must be free on the disk before the writer tries again after it was full: a failed commit makes bbolt
// walk the whole file, and devices that repeat themselves would keep it doing that.
const spaceNeeded = 4 << 20

func spaceLeft(path string) bool {
	var s syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &s); err != nil {
		return true // then the commit will tell
	}
	return s.Bavail*uint64(s.Bsize) >= spaceNeeded
}
