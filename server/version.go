package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the release build; results name it.
var version = ""

// software is what results and logs call this program.
func software() string {
	if version != "" {
		return "jard " + version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "jard " + s.Value[:12]
			}
		}
	}
	return "jard devel"
}

type versionCmd struct{}

// Run prints what a bug report should name.
func (versionCmd) Run(s *streams) error {
	_, err := fmt.Fprintf(s.Out, "%s (%s %s/%s)\n", software(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
