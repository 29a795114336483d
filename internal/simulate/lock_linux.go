package simulate

import (
	"os"
	"syscall"
)

// lock keeps a second process, or a second device, from writing into the same database: two apps with one epoch would
// fence each other. The kernel lets go of it when the process dies.
func lock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
