#include "collectors/canonical_url.hpp"

#include <array>

namespace insightd::collectors
{
namespace
{

constexpr std::array<std::string_view, 2> delivery_domains{"cdninstagram.com", "fbcdn.net"};

/// "scontent-gru2-1.cdninstagram.com" as "cdninstagram.com".
std::string_view without_node(std::string_view host)
{
    for (const auto domain : delivery_domains)
        if (host.ends_with(domain) && host.size() > domain.size() &&
            host[host.size() - domain.size() - 1] == '.')
            return domain;
    return host;
}

} // namespace

std::string canonical_url(std::string_view url)
{
    url = url.substr(0, url.find_first_of("?#"));
    const auto scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos)
        return std::string{url};
    const auto host_begin = scheme_end + 3;
    const auto host_end = std::min(url.find('/', host_begin), url.size());
    std::string canonical{url.substr(0, host_begin)};
    canonical += without_node(url.substr(host_begin, host_end - host_begin));
    canonical += url.substr(host_end);
    return canonical;
}

} // namespace insightd::collectors
