#include "daemon/login_page.hpp"

#include <fmt/format.h>

namespace insightd::daemon
{
namespace
{

std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '&')
            result += "&amp;";
        else if (c == '"')
            result += "&quot;";
        else
            result += c;
    }
    return result;
}

constexpr auto page = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1rem;
       color: #1d1d1f; background: #fff; }}
h1 {{ font-size: 1.5rem; }}
@media (prefers-color-scheme: dark) {{ body {{ color: #f2f2f2; background: #1b1b1d; }} }}
</style>
</head>
<body>
<h1>{0}</h1>
<p>{1}</p>
</body>
</html>
)";

} // namespace

std::string login_page(std::string_view title, std::string_view text)
{
    return fmt::format(fmt::runtime(page), escaped(title), escaped(text));
}

} // namespace insightd::daemon
