#include "config/scalars.hpp"
#include "config/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace insightd::config
{
namespace
{

constexpr std::chrono::hours least_keep{1};
constexpr std::chrono::days most_keep{3650};

struct Edge {
    Collector collector;
    PublicEdge Account::*settings;
};
constexpr std::array edges{
    Edge{Collector::tags, &Account::tags}, Edge{Collector::comments, &Account::comments},
    Edge{Collector::mentions, &Account::mentions}};

bool is_one_of(const YAML::Node& node, std::initializer_list<std::string_view> words)
{
    return node.IsScalar() && std::ranges::find(words, node.Scalar()) != words.end();
}

void read_mode(const YAML::Node& node, PublicEdge& edge, Context& context)
{
    static const std::vector<std::string_view> modes{"off", "metadata", "text"};
    if (is_one_of(node, {"off", "false", "no"})) {
        edge.mode = ConversationMode::off;
        return;
    }
    if (is_one_of(node, {"on", "true", "yes"}))
        return context.mistake(node, "it needs to know what is kept: write `metadata` or `text`");
    if (const auto choice = read_choice(node, "mode", modes, context))
        edge.mode = static_cast<ConversationMode>(*choice);
}

void read_keep_text(const YAML::Node& node, PublicEdge& edge, Context& context)
{
    const auto keep = read_duration(node, "keep_text", context);
    if (!keep)
        return;
    if (*keep < least_keep || *keep > most_keep)
        return context.mistake(node, "`keep_text` must be from 1h to 3650d");
    edge.keep_text = *keep;
}

constexpr std::array edge_table{
    Field<PublicEdge>{"mode", read_mode, true},
    Field<PublicEdge>{"keep_text", read_keep_text},
};

} // namespace

std::span<const Field<PublicEdge>> public_edge_fields()
{
    return edge_table;
}

void switch_off_public_edges(Account& account)
{
    for (const auto& edge : edges) {
        account.collect[edge.collector] = false;
        (account.*edge.settings).mode = ConversationMode::off;
    }
}

void read_public_edge(
    const YAML::Node& node, Collector collector, Account& account, Context& context)
{
    const auto* edge = std::ranges::find(edges, collector, &Edge::collector);
    auto& settings = account.*edge->settings;
    if (node.IsMap())
        read_fields<PublicEdge>(
            node, fmt::format("`{}`", to_string(collector)), edge_table, settings, context);
    else
        read_mode(node, settings, context);
    account.collect[collector] = settings.mode != ConversationMode::off;
}

void check_public_edges(const YAML::Node& node, const Account& account, Context& context)
{
    const auto collects = [&](Collector collector) {
        const auto found = account.collect.find(collector);
        return found != account.collect.end() && found->second;
    };
    if (collects(Collector::comments) && !collects(Collector::media))
        context.mistake(node, "`comments` need `media`: its list tells which posts have new ones");
    if (collects(Collector::mentions) && account.login != Login::facebook)
        context.mistake(
            node, "`mentions` can be read with Facebook Login only: graph.instagram.com does not "
                  "tell them");
}

} // namespace insightd::config
