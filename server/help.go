package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"jard/internal/stocktake"
)

// called is how the reader starts the program: what is printed to be typed begins with it.
func called() string { return calledAs(os.Args[0]) }

func calledAs(started string) string {
	name := filepath.Base(started)
	switch dir := filepath.Dir(started); {
	case runByGo.MatchString(filepath.ToSlash(dir)):
		return "go run ./" + name
	case filepath.IsLocal(started) && strings.ContainsRune(started, filepath.Separator):
		return "." + string(filepath.Separator) + filepath.Clean(started)
	case !filepath.IsAbs(started) && strings.ContainsRune(started, filepath.Separator):
		return started
	}
	return name
}

// runByGo is the shape of the directories that go run starts programs from: the one that it linked in, or one of its cache's,
// wherever that lies.
var runByGo = regexp.MustCompile(`/(go-build\d+/b\d+/exe|[0-9a-f]{2}/[0-9a-f]{64}-d)$`)

// about stands above the list of commands. What is indented keeps its lines.
func about() string {
	return fmt.Sprintf(`Jard (جرد): electronic stocktaking for cooperative societies.

    %[1]s demo       a made-up society and its ministry, to try everything
    %[1]s story      the whole job once, in the terminal
    %[1]s COMMAND --help

For real: society add, serve, user add, import, session issue. README.md goes through all of it.`, called())
}

// meant is the command that was being given when it went wrong, as far as it was understood.
func meant(err error) (command string) {
	e, ok := errors.AsType[*kong.ParseError](err)
	if !ok || e.Context == nil {
		return ""
	}
	for _, p := range e.Context.Path {
		if p.Command != nil {
			command += " " + p.Command.Name
		}
	}
	return command
}

// explain is the help of a flag with its default, which kong leaves out where the flag says what stands for its value.
func explain(v *kong.Value) string {
	help := kong.DefaultHelpValueFormatter(v)
	if v.Tag.PlaceHolder == "" || v.Default == "" {
		return help
	}
	return strings.TrimSpace(help + " Default: " + v.Default + ".")
}

// existingFile reads the name of a file that must be there.
func existingFile(ctx *kong.DecodeContext, target reflect.Value) error {
	var path string
	if err := ctx.Scan.PopValueInto("file", &path); err != nil || ctx.Value.Set {
		return err // a flag that was given counts, whatever the environment names
	}
	path = kong.ExpandPath(path)
	if info, err := os.Stat(path); err != nil {
		return fileUnreadable.Wrap(err, path)
	} else if info.IsDir() {
		return fileUnreadable.New(path)
	}
	target.SetString(path)
	return nil
}

var fileUnreadable = stocktake.NewReason(stocktake.NotFound, "file-unreadable",
	"%s is no file that can be read. Check its name.",
	"%s ليس ملفًا يمكن قراءته. تحقّق من اسمه.")
