package main

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestDocumentsNameCommandsThatExist: every command line of README, RUNBOOK and the nightly backup is one that the program reads.
func TestDocumentsNameCommandsThatExist(t *testing.T) {
	for name, least := range map[string]int{"README.md": 40, "deploy/RUNBOOK.md": 35, "deploy/jard-backup": 2} {
		text, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(name) == "" { // a script is one block of code
			text = slices.Concat([]byte("```\n"), text)
		}
		read := 0
		for _, line := range printed(string(text)) {
			for _, words := range commands(line) {
				if words[0] == "export" {
					for _, x := range words[1:] {
						variable, value, _ := strings.Cut(x, "=")
						t.Setenv(variable, value)
					}
					continue
				}
				args, ok := given(words)
				if !ok {
					continue
				}
				read++
				if err := understood(args); err != nil {
					t.Errorf("%s: %s\n%v", name, line, err)
				}
			}
		}
		if read < least {
			t.Errorf("%s: only %d command lines were found", name, read)
		}
	}
}

// TestBackupUnitNamesOnePlace: the unit of the backup asserts that to be mounted which it lets the script write, and tells it.
func TestBackupUnitNamesOnePlace(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "deploy", "jard-backup.service"))
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{}
	for _, key := range []string{"RequiresMountsFor", "AssertPathIsMountPoint", "ExecStart", "ReadWritePaths"} {
		m := regexp.MustCompile("(?m)^" + key + `=.*?(\S+)$`).FindSubmatch(text)
		if m == nil {
			t.Fatalf("there is no %s", key)
		}
		places[string(m[1])] = true
	}
	if len(places) != 1 {
		t.Errorf("the backup goes to %v", slices.Collect(maps.Keys(places)))
	}
}

// printed is what a document prints to be typed: its blocks of code by their lines, those that go on joined, and what stands
// between backquotes.
func printed(text string) (lines []string) {
	var prose strings.Builder
	fenced := false
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced, strings.HasPrefix(line, "    "):
			lines = append(lines, strings.TrimSpace(line))
		default:
			prose.WriteString(line)
		}
	}
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(prose.String(), -1) {
		lines = append(lines, strings.Join(strings.Fields(m[1]), " "))
	}
	return lines
}

// commands cuts a line of shell into simple commands, and these into words. It knows quotes and comments, and no more than the
// documents need.
func commands(line string) (list [][]string) {
	var command *[]string
	for _, m := range regexp.MustCompile(`'[^']*'|"[^"]*"|\s#.*|[|;&]+|[^\s|;&'"]+`).FindAllString(line, -1) {
		switch word := strings.Trim(m, `'"`); {
		case strings.HasPrefix(strings.TrimSpace(m), "#"):
			return list
		case strings.Trim(m, "|;&") == "":
			command = nil
		case command == nil:
			list = append(list, []string{word})
			command = &list[len(list)-1]
		default:
			*command = append(*command, word)
		}
	}
	return list
}

// given are the arguments of a command of ours.
func given(words []string) (args []string, ok bool) {
	if words[0] == "do" || words[0] == "until" {
		words = words[1:]
	}
	line := strings.TrimPrefix(strings.Join(words, "\x00"), "sudo\x00-u\x00jard\x00")
	var by []string
	for _, start := range []string{"jard", "./jard", "go\x00run\x00./server", "by"} {
		rest, found := strings.CutPrefix(line, start+"\x00")
		if !found || strings.Contains(rest, "$@") {
			continue
		}
		args = strings.Split(rest, "\x00")
		if start == "by" { // README's own: by PERSON COMMAND
			args, by = args[1:], []string{"--society=rawda", "--as=" + args[0], "--password-file=FILE"}
		}
		if n := slices.Index(args, ">"); n >= 0 {
			args = args[:n]
		}
		return append(args, by...), true
	}
	return nil, false
}

// understood reads a command line, files unseen.
func understood(args []string) error {
	var c cli
	helped := false
	unseen := func(ctx *kong.DecodeContext, target reflect.Value) error {
		var path string
		err := ctx.Scan.PopValueInto("file", &path)
		target.SetString(path)
		return err
	}
	parser, err := grammar(&c, kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) { helped = true }), kong.NamedMapper("existingfile", kong.MapperFunc(unseen)))
	if err != nil {
		return err
	}
	_, err = parser.Parse(args)
	if helped {
		return nil
	}
	return err
}
