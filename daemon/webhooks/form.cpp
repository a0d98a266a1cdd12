#include "daemon/webhooks/form.hpp"

#include <boost/url/encoding_opts.hpp>
#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>

namespace insightd::webhooks
{

std::map<std::string, std::string> form_of(std::string_view query)
{
    std::map<std::string, std::string> fields;
    const auto parsed = boost::urls::parse_query({query.data(), query.size()});
    if (!parsed)
        return fields;
    boost::urls::encoding_opts plus_is_blank;
    plus_is_blank.space_as_plus = true;
    for (const auto& param : *parsed)
        fields[param.key.decode(plus_is_blank)] = param.value.decode(plus_is_blank);
    return fields;
}

} // namespace insightd::webhooks
