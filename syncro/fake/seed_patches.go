package fake

import (
	"fmt"
	"strings"
	"time"
)

// The words in which the API sorts patches.
const (
	statusMissing   = "Missing Patches"
	statusFailed    = "Failed Patches"
	statusRejected  = "Rejected Patches"
	statusInstalled = "Recently Installed"
)

const patchesPerMonth = 5

// seedPatch is one demo patch in neutral words.
type seedPatch struct {
	kb, title, severity string
	status, reason      string
	released, touched   time.Time
}

func (p seedPatch) category() string {
	switch p.severity {
	case "Critical":
		return "Critical Updates"
	case "Important":
		return "Security Updates"
	case "":
		return "Drivers"
	default:
		return "Updates"
	}
}

// patches gives what the machine lacks and what it has. Machines of one operating system share one line of patches, newest first,
// so that a KB number that one of them lacks is the same on all.
func (a seedAsset) patches() (missing, installed []seedPatch) {
	if a.extra.neverScanned {
		return nil, nil
	}
	scan, newest := a.scanned(), 0
	for patchTuesday(a.now, newest/patchesPerMonth).After(scan) {
		newest += patchesPerMonth // a machine that was away cannot know what came out since
	}
	lacking := a.extra.missing + a.extra.failed + a.extra.rejected
	for i := range lacking {
		p := a.patch(newest + i)
		p.status, p.touched = statusMissing, scan
		switch {
		case i < a.extra.failed:
			p.status, p.reason = statusFailed, failureReason(i)
		case i < a.extra.failed+a.extra.rejected:
			p.status = statusRejected
		}
		missing = append(missing, p)
	}
	if a.extra.driver {
		missing = append(missing, seedPatch{title: "Intel Corporation - Display - 31.0.101.4502", status: statusMissing,
			released: scan.AddDate(0, 0, -47), touched: scan})
	}
	for i := range 8 {
		p := a.patch(newest + lacking + i)
		p.touched = p.released.Add(6*24*time.Hour + 3*time.Hour)
		if p.touched.After(scan) {
			p.touched = scan
		}
		installed = append(installed, p)
	}
	return missing, installed
}

// scanned is when the agent last looked for patches.
func (a seedAsset) scanned() time.Time { return a.seenAt.Add(-5 * time.Hour) }

// patch is the i-th newest patch of this machine's operating system.
func (a seedAsset) patch(i int) seedPatch {
	released := patchTuesday(a.now, i/patchesPerMonth)
	month := released.Format("2006-01")
	system := strings.TrimSuffix(strings.TrimSuffix(a.hardware.os, " Pro"), " Standard")
	p := seedPatch{released: released}
	switch i % patchesPerMonth {
	case 0:
		p.title = fmt.Sprintf("%s Cumulative Update for %s Version %s for x64-based Systems", month, system, a.hardware.version)
		p.severity = "Critical"
	case 1:
		p.title = fmt.Sprintf("%s Cumulative Update for .NET Framework 3.5 and 4.8.1 for %s", month, system)
		p.severity = "Important"
	case 2:
		p.title = fmt.Sprintf("%s Servicing Stack Update for %s Version %s for x64-based Systems", month, system, a.hardware.version)
		p.severity = "Important"
	case 3:
		p.title = fmt.Sprintf("%s Dynamic Update for %s for x64-based Systems", month, system)
		p.severity = "Moderate"
	default:
		p.title = fmt.Sprintf("Windows Malicious Software Removal Tool x64 (%s)", month)
		p.severity = "Low"
	}
	// Numbers fall with age and differ between operating systems, as real ones do.
	p.kb = fmt.Sprintf("KB%d", 5_066_800+a.hardware.kbOffset-i*431)
	p.title += " (" + p.kb + ")"
	return p
}

func failureReason(i int) string {
	reasons := []string{
		"0x80070070: there is not enough space on the disk",
		"0x800f0922: the system reserved partition is full",
		"0x80240034: the update failed to download",
	}
	return reasons[i%len(reasons)]
}

// patchTuesday is the latest second Tuesday of a month, or the one so many months before it.
func patchTuesday(now time.Time, monthsBack int) time.Time {
	if secondTuesday(now.Year(), now.Month()).After(now) {
		monthsBack++
	}
	return secondTuesday(now.Year(), now.Month()-time.Month(monthsBack))
}

func secondTuesday(year int, month time.Month) time.Time {
	first := time.Date(year, month, 1, 17, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, (int(time.Tuesday)-int(first.Weekday())+7)%7+7)
}
