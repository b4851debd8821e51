package preview

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"

	"brevdue/app/document/engine"
	"brevdue/app/post"
	"brevdue/assets/sample"
)

func put(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "brev.pdf")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRenderPage: the sample letter comes out as A4 with ink on it, and the area
// that print keeps free is free.
func TestRenderPage(t *testing.T) {
	var r Renderer
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	letter := put(t, sample.Letter())
	ctx := context.Background()
	const dpi = 60
	for range 2 {
		picture, err := r.RenderPage(ctx, letter, 1, dpi)
		if err != nil {
			t.Fatal(err)
		}
		size := picture.Bounds().Size()
		if size.X < 494 || size.X > 498 || size.Y < 699 || size.Y > 704 {
			t.Fatalf("the picture is %v", size)
		}
		mm := func(n int) int { return n * dpi * 10 / 254 }
		if !ink(picture, picture.Bounds()) || ink(picture, image.Rect(0, mm(95), mm(15), mm(175))) {
			t.Error("ink is not where it should be")
		}
	}
	var noPage *PageError
	for _, page := range []int{0, 2, -1} {
		if _, err := r.RenderPage(ctx, letter, page, dpi); !errors.As(err, &noPage) || noPage.Pages != 1 {
			t.Errorf("page %d: %v", page, err)
		}
	}
	for _, wrong := range []int{0, -1, 100_000} {
		if _, err := r.RenderPage(ctx, letter, 1, wrong); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%d dots an inch: %v", wrong, err)
		}
	}
	if _, err := r.RenderPage(ctx, put(t, []byte("%PDF-1.4 nei")), 1, dpi); post.CodeOf(err) != post.CodePDFDamaged {
		t.Errorf("damaged: %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := r.RenderPage(gone, letter, 1, dpi); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// ink reports whether anything in the area is not white.
func ink(picture image.Image, area image.Rectangle) bool {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if r, g, b, _ := picture.At(x, y).RGBA(); r < 0xf000 || g < 0xf000 || b < 0xf000 {
				return true
			}
		}
	}
	return false
}

func TestClosed(t *testing.T) {
	var r Renderer
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Error(err)
	}
	if _, err := r.RenderPage(context.Background(), put(t, sample.Letter()), 1, 60); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("%v", err)
	}
}
