//go:build unix

package main

import (
	"os"
	"syscall"
)

// sameFileSystem reports whether two files lie on one file system, as far as can be told.
func sameFileSystem(a, b string) bool {
	first, err1 := os.Stat(a)
	second, err2 := os.Stat(b)
	if err1 != nil || err2 != nil {
		return false
	}
	x, ok1 := first.Sys().(*syscall.Stat_t)
	y, ok2 := second.Sys().(*syscall.Stat_t)
	return ok1 && ok2 && x.Dev == y.Dev
}
