//go:build unix

package main

import (
	"os"
	"syscall"
)

// sameFileSystem reports whether two files lie on one file system, and whether that can be told. What is bound to another place, as
// systemd does with what a unit may write, stays on its file system.
func sameFileSystem(a, b string) (same, told bool) {
	first, err1 := os.Stat(a)
	second, err2 := os.Stat(b)
	if err1 != nil || err2 != nil {
		return false, false
	}
	x, ok1 := first.Sys().(*syscall.Stat_t)
	y, ok2 := second.Sys().(*syscall.Stat_t)
	return ok1 && ok2 && x.Dev == y.Dev, ok1 && ok2
}
