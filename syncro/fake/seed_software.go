package fake

import "fmt"

// fullMachine has more software than fits on two pages.
const (
	fullMachine     = "CPA-SRV-TAX"
	fullMachineApps = 68
)

// seedSoftware gives every managed Windows machine 10 to 40 applications: the common ones, then some of the rest.
func (s *Server) seedSoftware(fleet []seedAsset) {
	catalog := demoSoftware()
	for _, a := range fleet {
		if !a.patched() {
			continue
		}
		count := 10 + int(a.id*7%31)
		if a.name == fullMachine {
			count = fullMachineApps
		}
		rows := []record{}
		for i := range count {
			app := catalog[i%len(catalog)]
			name, version := app[0], fmt.Sprintf("%d.%d.%d", 3+i%20, int(a.id+int64(i))%10, 100+(37*i)%900)
			if i >= len(catalog) { // the same product for another language
				name += " (Deutsch)"
			}
			at := a.created.AddDate(0, 0, (i*11)%max(1, int(a.seenAt.Sub(a.created).Hours()/24)))
			rows = append(rows, record{"name": name, "vendor": textOrNil(app[1]), "version": version, "installed_at": s.stamp(at)})
		}
		s.data.software[a.id] = plain(rows)
	}
}

// demoSoftware are name and vendor, what every office has first.
func demoSoftware() [][2]string {
	return [][2]string{
		{"Microsoft Edge", "Microsoft Corporation"}, {"Microsoft 365 Apps for business", "Microsoft Corporation"},
		{"Syncro", "Servably, Inc."}, {"Splashtop Streamer", "Splashtop Inc."}, {"Google Chrome", "Google LLC"},
		{"Adobe Acrobat (64-bit)", "Adobe"}, {"7-Zip 24.08 (x64)", "Igor Pavlov"}, {"Microsoft OneDrive", "Microsoft Corporation"},
		{"Microsoft Visual C++ 2015-2022 Redistributable (x64)", "Microsoft Corporation"},
		{"Microsoft Visual C++ 2015-2022 Redistributable (x86)", "Microsoft Corporation"},
		{"Mozilla Firefox (x64 en-US)", "Mozilla"}, {"Microsoft Teams", "Microsoft Corporation"}, {"Zoom Workplace", "Zoom"},
		{"VLC media player", "VideoLAN"}, {"Notepad++ (64-bit x64)", "Notepad++ Team"}, {"TeamViewer", "TeamViewer"},
		{"PuTTY release 0.81 (64-bit)", "Simon Tatham"}, {"FileZilla 3.67", "Tim Kosse"}, {"Dell Command | Update", "Dell Inc."},
		{"Intel(R) Graphics Software", "Intel Corporation"}, {"Realtek Audio Driver", "Realtek Semiconductor Corp."},
		{"Java 8 Update 421 (64-bit)", "Oracle Corporation"}, {"KeePass Password Safe 2.57", "Dominik Reichl"},
		{"GIMP 2.10", "The GIMP Team"}, {"LibreOffice 24.8", "The Document Foundation"}, {"Foxit PDF Reader", "Foxit Software Inc."},
		{"WinSCP 6.3", "Martin Prikryl"}, {"Python 3.12 (64-bit)", "Python Software Foundation"}, {"Git", "The Git Development Community"},
		{"Microsoft .NET Runtime - 8.0 (x64)", "Microsoft Corporation"}, {"PDF24 Creator", "geek software GmbH"},
		{"Paint.NET", "dotPDN LLC"}, {"IrfanView (64-bit)", "Irfan Skiljan"}, {"OpenVPN 2.6", "OpenVPN, Inc."},
		{"Greenshot", "Greenshot"}, {"Everything 1.4 (x64)", "voidtools"}, {"WinRAR 7.01 (64-bit)", "win.rar GmbH"},
		{"Label Printer Tool", ""}, {"Brother iPrint&Scan", "Brother Industries, Ltd."}, {"HP Smart", "HP Inc."},
	}
}
