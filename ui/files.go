package ui

import (
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"brevdue/ui/parts"
)

// pickFile asks for a file by Fyne's own dialog. The file it opened is closed at
// once: use cases open files themselves.
func (u *UI) pickFile(endings []string, taken func(path string)) {
	d := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // only its name was wanted
		taken(filepath.FromSlash(path))
	}, u.window)
	d.SetFilter(storage.NewExtensionFileFilter(endings))
	d.SetTitleText(u.env.T("pick.title"))
	u.show(d)
}

// saveFile asks where to save, with a place filled in: beside the file that name
// names, or in the person's documents. Fyne's dialog for saving is not used: it
// would empty a file that is there already, and that could be the person's own
// list.
func (u *UI) saveFile(name string, taken func(path string)) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(documents(), name)
	}
	parts.AskPath(u.env, "save", u.env.T("pick.save"), name, func(chosen func(folder string)) { u.folder(u.env.T("pick.here"), chosen) }, taken)
}

// documents is the folder people keep their files in, or their home.
func documents() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	for _, name := range []string{"Documents", "Dokumenter"} {
		if info, err := os.Stat(filepath.Join(home, name)); err == nil && info.IsDir() {
			return filepath.Join(home, name)
		}
	}
	return home
}

// pickFolder asks for a folder to read from.
func (u *UI) pickFolder(chosen func(folder string)) { u.folder(u.env.T("pick.folder.choose"), chosen) }

// folder asks for a folder by Fyne's own dialog, with its own word for yes.
func (u *UI) folder(yes string, chosen func(folder string)) {
	d := dialog.NewFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			chosen(filepath.FromSlash(folder.Path()))
		}
	}, u.window)
	d.SetTitleText(u.env.T("pick.folder.choose"))
	d.SetConfirmText(yes)
	u.show(d)
}

// show opens a file dialog and gives it most of the window. Before it is open it has
// no size that could be asked for: Fyne would panic.
func (u *UI) show(d *dialog.FileDialog) {
	d.Show()
	size := u.window.Canvas().Size()
	d.Resize(fyne.NewSize(min(size.Width-64, 960), min(size.Height-64, 640)))
}

// dropped gives files to the open screen. Where they fell does not matter.
func (u *UI) dropped(_ fyne.Position, files []fyne.URI) {
	dropper, ok := u.screens[u.place].(parts.Dropper)
	if !ok {
		return
	}
	var paths []string
	for _, file := range files {
		if file.Scheme() == "file" {
			paths = append(paths, filepath.FromSlash(file.Path()))
		}
	}
	if len(paths) > 0 {
		dropper.Dropped(paths)
	}
}
