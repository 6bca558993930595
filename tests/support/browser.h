/// @file
/// Pages as a browser shows them: headless Chromium (Debian's package chromium), where it is installed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dpac::test {

/// Whether there is a Chromium on PATH. Where not, says that the test is skipped.
bool has_browser();

/// What a browser found wrong with a page.
struct PageCheck {
  std::vector<std::string> faults;
  int words = 0, labels = 0;  ///< That were looked at: of text, and of pictures.
};

/// Loads an HTML file in a page of that width in pixels, its details opened. Faults are: words of text that
/// are broken though a line has room for them; parts that reach beyond the page, or beyond what scrolls by
/// itself; labels of pictures that lie outside the picture or over each other.
PageCheck check_page(const std::filesystem::path& page, int width);

}  // namespace dpac::test
