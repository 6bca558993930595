#include "tests/support/browser.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/support/temp_folder.h"

namespace dpac::test {
namespace {

// The page gets the width, not the window: Chromium's windows have a smallest one.
constexpr const char* kScript = R"(<script>
const width = %WIDTH%, faults = [], shrink = 2.5, longest = 36;
let words = 0, labels = 0;
const root = document.documentElement;
root.style.width = width + 'px';
document.querySelectorAll('details').forEach(d => { d.open = true; });
const about = node => (node.textContent || '').trim().slice(0, 60);

// A word has one line, unless it stands in something longer than most columns: a path.
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode;
  if (node.parentElement.closest('svg, script, style')) continue;
  for (const token of node.data.matchAll(/\S+/g)) {
    const cell = node.parentElement.closest('td, th');
    if (token[0].length > longest) {
      if (cell && cell.getBoundingClientRect().width < 150) faults.push('narrow cell: ' + about(cell));
      continue;
    }
    for (const word of token[0].matchAll(/[^\-\/\u2013]+/g)) {
      const range = document.createRange();
      range.setStart(node, token.index + word.index);
      range.setEnd(node, token.index + word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
      ++words;
      if (lines.size > 1) faults.push('broken word: ' + word[0]);
    }
  }
}

const scrolls = e => e.closest('div.wide, figure');
for (const e of document.body.querySelectorAll('*')) {
  const box = e.getBoundingClientRect();
  if (box.right > width + 1 && (!scrolls(e) || scrolls(e) === e)) faults.push('beyond the page: ' + e.tagName + ' ' + about(e));
}

const upright = e => { const m = e.getScreenCTM(); return Math.abs(m.a) < 1e-6 || Math.abs(m.b) < 1e-6; };
for (const svg of document.querySelectorAll('svg')) {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].filter(t => about(t) !== '');
  const boxes = texts.map(t => t.getBoundingClientRect());
  texts.forEach((text, i) => {
    const b = boxes[i];
    ++labels;
    if (b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1 || b.bottom > frame.bottom + 1)
      faults.push('outside its picture: ' + about(text));
    if (!upright(text)) return;
    for (let j = 0; j < i; ++j) {
      const c = boxes[j];
      if (upright(texts[j]) && b.left + shrink < c.right && c.left + shrink < b.right && b.top + shrink < c.bottom && c.top + shrink < b.bottom)
        faults.push('over each other: ' + about(texts[j]) + ' | ' + about(text));
    }
  });
}
const result = document.createElement('pre');
result.id = 'dpac-faults';
result.textContent = encodeURIComponent(JSON.stringify({ faults, words, labels }));
document.body.appendChild(result);
</script>
)";

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::string output_of(const std::string& command) {
  std::string output;
  std::FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  while (const std::size_t bytes = std::fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), bytes);
  pclose(pipe);
  return output;
}

/// What encodeURIComponent() made.
std::string decoded(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%';
    plain += escaped ? static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)) : text[i];
    if (escaped) i += 2;
  }
  return plain;
}

}  // namespace

bool has_browser() {
  if (std::system("command -v chromium >/dev/null 2>&1") == 0) return true;
  MESSAGE("skipped: there is no chromium on PATH (Debian's package chromium)");
  return false;
}

PageCheck check_page(const std::filesystem::path& page, int width) {
  const TempFolder folder;
  std::string html = content(page), script = kScript;
  const std::string place = "%WIDTH%", end = "</body>";
  script.replace(script.find(place), place.size(), std::to_string(width));
  REQUIRE(html.find(end) != std::string::npos);
  html.insert(html.rfind(end), script);
  const auto file = folder.write("page.html", html);
  const std::string dom = output_of(
      fmt::format("timeout 120 chromium --headless=new --no-sandbox --disable-gpu --user-data-dir={}/profile "
                  "--window-size=1600,1200 --dump-dom file://{} 2>/dev/null",
                  folder.path().string(), file.string()));
  const std::string mark = "id=\"dpac-faults\">";
  const std::size_t begin = dom.find(mark);
  REQUIRE(begin != std::string::npos);
  const std::size_t first = begin + mark.size();
  const auto json = nlohmann::json::parse(decoded(dom.substr(first, dom.find('<', first) - first)));
  return {json["faults"].get<std::vector<std::string>>(), json["words"], json["labels"]};
}

}  // namespace dpac::test
