package fleet

import (
	"strconv"
	"strings"
	"time"
)

// differences lists the fields that a row fills and its record tells otherwise.
// What is only spelled otherwise is no difference.
func differences(row Record, e *entry) []Difference {
	var found []Difference
	for _, field := range []string{fieldName, fieldSerial, fieldModel, fieldManufacturer, fieldType, fieldPurchase, fieldWarranty, fieldUser} {
		ours, theirs := e.values[field], row.Field(field)
		if theirs == "" || agree(field, theirs, ours, e) {
			continue
		}
		found = append(found, Difference{Machine: e.Machine, Line: row.Line, Field: field, Inventory: theirs, Syncro: ours})
	}
	return found
}

func agree(field, theirs, ours string, e *entry) bool {
	switch field {
	case fieldName:
		host, _, _ := strings.Cut(plainName(theirs), ".")
		return plainName(theirs) == plainName(ours) || host == plainName(ours)
	case fieldSerial:
		return loose(theirs) == loose(ours)
	case fieldModel: // people put the maker before it
		return letters(theirs) == letters(ours) || letters(theirs) == letters(e.values[fieldManufacturer]+ours)
	case fieldManufacturer:
		return sameMaker(theirs, ours)
	case fieldType:
		return kindOf(theirs) == kindOf(ours)
	case fieldPurchase, fieldWarranty:
		return sameDay(theirs, ours)
	case fieldUser:
		return sameUser(theirs, ours)
	}
	return theirs == ours
}

// sameMaker takes Dell and Dell Inc. for one.
func sameMaker(a, b string) bool {
	short, long := strings.Fields(strings.ToLower(a)), strings.Fields(strings.ToLower(b))
	if len(short) > len(long) {
		short, long = long, short
	}
	return len(short) > 0 && letters(strings.Join(short, "")) == letters(strings.Join(long[:len(short)], ""))
}

// sameDay compares a date in any of the usual forms with one of Syncro's. Where
// day and month may be either way round, either will do.
func sameDay(theirs, ours string) bool {
	if theirs == ours {
		return true
	}
	want, err := time.Parse(time.DateOnly, ours)
	if err != nil {
		return false
	}
	day, _, _ := strings.Cut(strings.TrimSpace(theirs), "T")
	for _, text := range []string{theirs, day, strings.TrimSuffix(day, " 00:00:00")} {
		for _, layout := range []string{
			time.DateOnly, "2006/1/2", "1/2/2006", "2/1/2006", "1/2/06", "2/1/06", "2.1.2006", "2.1.06", "1-2-2006", "2-1-2006",
			"Jan 2, 2006", "January 2, 2006", "2 Jan 2006", "2-Jan-2006", "2-Jan-06", "2 January 2006", "1/2/2006 15:04", "1/2/2006 15:04:05",
		} {
			if at, err := time.Parse(layout, text); err == nil && at.Year() == want.Year() && at.YearDay() == want.YearDay() {
				return true
			}
		}
	}
	return false
}

// sameUser compares what a person is called with the account that was logged
// in: CORP\m.ellison, mellison@corp.example and Mara Ellison are one.
func sameUser(person, account string) bool {
	return letters(accountName(person)) == letters(accountName(account)) || initialAndLast(person) == letters(accountName(account))
}

func accountName(user string) string {
	if _, name, ok := strings.Cut(user, `\`); ok {
		user = name
	}
	name, _, _ := strings.Cut(user, "@")
	return name
}

// initialAndLast is mellison for Mara Ellison.
func initialAndLast(person string) string {
	words := strings.Fields(person)
	if len(words) < 2 {
		return letters(person)
	}
	return letters(string([]rune(words[0])[:1]) + words[len(words)-1])
}

func number(n int) string { return strconv.Itoa(n) }
