package main

import "os"

// hangups never tells of any: Windows has no SIGHUP, so a changed callers file
// takes a restart.
func hangups() <-chan os.Signal { return nil }
