#include "config/scalars.hpp"
#include "config/sections.hpp"

#include <array>
#include <regex>

namespace insightd::config
{
namespace
{

void read_version(const YAML::Node& node, Api& api, Context& context)
{
    static const std::regex pattern{R"(v\d{1,3}\.\d{1,2})"};
    const auto text = read_text(node, "version", context);
    if (text && !std::regex_match(*text, pattern))
        context.mistake(node, "`version` must look like v24.0");
    else if (text)
        api.version = *text;
}

constexpr std::array app_fields{
    Field<App>{
        "id",
        [](const YAML::Node& node, App& app, Context& context) {
            if (auto text = read_text(node, "id", context))
                app.id = std::move(*text);
        }},
    Field<App>{
        "secret",
        [](const YAML::Node& node, App& app, Context& context) {
            if (auto secret = read_secret(node, "secret", context))
                app.secret = std::move(secret);
        }},
};

void read_app(const YAML::Node& node, Api& api, Context& context)
{
    read_fields<App>(node, "`app`", app_fields, api.app, context);
}

void read_instagram_app(const YAML::Node& node, Api& api, Context& context)
{
    read_fields<App>(node, "`instagram_app`", app_fields, api.instagram_app.emplace(), context);
}

constexpr std::array host_fields{
    Field<HostUrls>{
        "instagram",
        [](const YAML::Node& node, HostUrls& urls, Context& context) {
            if (auto url = read_url(node, "instagram", context))
                urls.instagram = std::move(*url);
        }},
    Field<HostUrls>{
        "facebook",
        [](const YAML::Node& node, HostUrls& urls, Context& context) {
            if (auto url = read_url(node, "facebook", context))
                urls.facebook = std::move(*url);
        }},
};

/// One URL for both hosts, or one for each.
void read_host_urls(const YAML::Node& node, std::string_view what, HostUrls& urls, Context& context)
{
    if (node.IsMap())
        return read_fields<HostUrls>(node, what, host_fields, urls, context);
    if (const auto url = read_url(node, what, context))
        urls = {*url, *url};
}

void read_token_transport(const YAML::Node& node, Api& api, Context& context)
{
    if (const auto choice = read_choice(node, "token_transport", {"query", "header"}, context))
        api.token_transport = *choice == 0 ? TokenTransport::query : TokenTransport::header;
}

void read_ca_file(const YAML::Node& node, Api& api, Context& context)
{
    if (auto file = read_file(node, "ca_file", context))
        api.ca_file = *std::move(file);
}

constexpr std::int64_t most_connections = 256;
constexpr std::int64_t most_calls = 64;
constexpr std::int64_t most_in_batch = 50; ///< Source: graph-api.md section 9
constexpr std::int64_t most_reserved = 90;

constexpr std::array fields{
    Field<Api>{"version", read_version},
    Field<Api>{"app", read_app},
    Field<Api>{"instagram_app", read_instagram_app},
    Field<Api>{
        "graph_url",
        [](const YAML::Node& node, Api& api, Context& context) {
            read_host_urls(node, "graph_url", api.graph_url, context);
        }},
    Field<Api>{
        "login_url",
        [](const YAML::Node& node, Api& api, Context& context) {
            const auto usual = api.login_url.instagram;
            read_host_urls(node, "login_url", api.login_url, context);
            if (api.login_url.instagram != usual)
                api.code_url = api.login_url.instagram;
        }},
    Field<Api>{"token_transport", read_token_transport},
    Field<Api>{"ca_file", read_ca_file},
    Field<Api>{
        "connections_per_host",
        [](const YAML::Node& node, Api& api, Context& context) {
            if (const auto count =
                    read_count(node, "connections_per_host", 1, most_connections, context))
                api.connections_per_host = static_cast<std::size_t>(*count);
        }},
    Field<Api>{
        "calls_per_account",
        [](const YAML::Node& node, Api& api, Context& context) {
            if (const auto count = read_count(node, "calls_per_account", 1, most_calls, context))
                api.calls_per_account = static_cast<std::size_t>(*count);
        }},
    Field<Api>{
        "batch",
        [](const YAML::Node& node, Api& api, Context& context) {
            if (const auto count = read_count(node, "batch", 0, most_in_batch, context))
                api.batch = static_cast<std::size_t>(*count);
        }},
    Field<Api>{
        "reserve_percent",
        [](const YAML::Node& node, Api& api, Context& context) {
            api.reserve_percent = read_count(node, "reserve_percent", 0, most_reserved, context)
                                      .value_or(api.reserve_percent);
        }},
    Field<Api>{
        "timeout",
        [](const YAML::Node& node, Api& api, Context& context) {
            if (const auto timeout = read_duration(node, "timeout", context))
                api.timeout = *timeout;
        }},
};

} // namespace

std::span<const Field<Api>> api_fields()
{
    return fields;
}

void read_api(const YAML::Node& node, Draft& draft, Context& context)
{
    read_fields<Api>(node, "`api`", fields, draft.config.api, context);
}

} // namespace insightd::config
