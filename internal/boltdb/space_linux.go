package boltdb

import (
	"path/filepath"
	"syscall"
)

// space is what is free on the disk of a file, and the disk's size, in bytes.
func space(path string) (free, size uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &s); err != nil {
		return 0, 0, false
	}
	return s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize), true
}
