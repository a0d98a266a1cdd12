#include "config/scalars.hpp"
#include "config/sections.hpp"

#include <array>
#include <regex>

namespace insightd::config
{
namespace
{

void read_verify_token(const YAML::Node& node, Webhooks& webhooks, Context& context)
{
    if (auto secret = read_secret(node, "verify_token", context))
        webhooks.verify_token = std::move(*secret);
}

void read_path(const YAML::Node& node, Webhooks& webhooks, Context& context)
{
    static const std::regex pattern{R"((/[A-Za-z0-9._~-]+)+/?)"};
    const auto text = read_text(node, "path", context);
    if (text && !std::regex_match(*text, pattern))
        context.mistake(node, "`path` must look like /webhooks");
    else if (text)
        webhooks.path = *text;
}

void read_listen(const YAML::Node& node, Webhooks& webhooks, Context& context)
{
    if (auto place = read_address(node, "listen", context)) {
        auto& listener = webhooks.listener.emplace();
        std::tie(listener.address, listener.port) = std::move(*place);
    }
}

constexpr std::array certificate_table{
    Field<Certificate>{
        "chain",
        [](const YAML::Node& node, Certificate& certificate, Context& context) {
            certificate.chain = read_file(node, "chain", context).value_or("");
        },
        true},
    Field<Certificate>{
        "key",
        [](const YAML::Node& node, Certificate& certificate, Context& context) {
            certificate.key = read_file(node, "key", context).value_or("");
        },
        true},
};

void read_certificate(const YAML::Node& node, Webhooks& webhooks, Context& context)
{
    read_fields<Certificate>(
        node, "`certificate`", certificate_table, webhooks.certificate.emplace(), context);
    if (!webhooks.listener)
        context.mistake(
            node, "`certificate` needs a `listen` of its own: the pages of `http` stay plain");
}

void read_former_secret(const YAML::Node& node, Webhooks& webhooks, Context& context)
{
    webhooks.former_secret = read_secret(node, "former_secret", context);
}

void read_most(const YAML::Node& node, Webhooks& webhooks, Context& context)
{
    constexpr std::int64_t most = 1'000'000;
    webhooks.most_per_second =
        read_count(node, "max_per_second", 1, most, context).value_or(webhooks.most_per_second);
}

/// `certificate` looks at `listen`.
constexpr std::array webhooks_table{
    Field<Webhooks>{"verify_token", read_verify_token, true},
    Field<Webhooks>{"path", read_path},
    Field<Webhooks>{"listen", read_listen},
    Field<Webhooks>{"certificate", read_certificate},
    Field<Webhooks>{"former_secret", read_former_secret},
    Field<Webhooks>{"max_per_second", read_most},
};

} // namespace

std::span<const Field<Webhooks>> webhooks_fields()
{
    return webhooks_table;
}

void read_webhooks(const YAML::Node& node, Draft& draft, Context& context)
{
    auto& webhooks = draft.config.webhooks.emplace();
    read_fields<Webhooks>(node, "`webhooks`", webhooks_table, webhooks, context);
    const auto& api = draft.config.api;
    const bool has_secret = api.app.secret || (api.instagram_app && api.instagram_app->secret);
    if (!has_secret)
        context.mistake(
            node, "`webhooks` needs the app's secret, which signs them: set api.app.secret");
    if (!webhooks.listener && !draft.config.http)
        context.mistake(node, "`webhooks` needs a `listen`, here or under `http`");
}

} // namespace insightd::config
