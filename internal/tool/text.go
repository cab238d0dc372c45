package tool

import (
	"strconv"
	"strings"
	"unicode"
)

// Quote makes API text fit for use inside our own sentences: one line, cleaned,
// inner quotes made harmless, cut to limit runes, in double quotes. So a machine
// that is named like an instruction stays visibly a name.
func Quote(apiText string, limit int) string {
	inner := strings.Map(func(r rune) rune {
		if strings.ContainsRune("\"“”„‟«»″", r) {
			return '\''
		}
		return r
	}, cleanLine(apiText))
	return `"` + cut(inner, limit) + `"`
}

// Shows tells whether Quote shows all of a text up to limit runes: nothing cut,
// no line breaks folded and nothing invisible left out. What a person agrees to
// must have been before their eyes.
func Shows(text string, limit int) bool {
	return cleanLine(text) == text && len([]rune(text)) <= limit
}

// Clip cuts text for results to limit runes and then says how long it was. Lines stay lines.
func Clip(apiText string, limit int) string {
	text := clean(apiText)
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit]) + " … [" + thousands(len(runes)) + " characters in all]"
}

// cut shortens text to limit runes, the last of which says that there was more.
func cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

func thousands(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// clean removes what a person does not see and a model or a terminal does:
// control characters other than line feed and tab, zero-width and bidirectional
// controls, tag characters, fillers and variation selectors. The result is valid UTF-8.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u2028' || r == '\u2029': // line and paragraph separator
			return '\n'
		case hidden(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

func hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20 || r >= 0x7F && r <= 0x9F:
		return true
	case r < 0xA0:
		return false
	case r == '\uFE0F': // only makes an emoji colourful; the other selectors can spell out hidden text
		return false
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r): // Arabic number signs are format characters that show
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// cleanLine is clean on one line.
func cleanLine(text string) string {
	return strings.Join(strings.Fields(clean(text)), " ")
}
