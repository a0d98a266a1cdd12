#include "daemon/webhooks/form.hpp"

#include "collectors/graph/url.hpp"

#include <algorithm>

namespace insightd::webhooks
{

std::map<std::string, std::string> form_of(std::string_view query)
{
    std::map<std::string, std::string> fields;
    while (!query.empty()) {
        const auto field = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(field.size() + 1, query.size()));
        const auto equals = std::min(field.find('='), field.size());
        const auto name = graph::unescaped(field.substr(0, equals));
        const auto value = graph::unescaped(field.substr(std::min(equals + 1, field.size())));
        if (name && value)
            fields[*name] = *value;
    }
    return fields;
}

} // namespace insightd::webhooks
