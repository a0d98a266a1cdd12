#include "config/scalars.hpp"
#include "config/sections.hpp"

#include <algorithm>
#include <array>

namespace insightd::config
{
namespace
{

constexpr std::chrono::hours least_keep{1};
constexpr std::chrono::days most_keep{3650};

bool is_one_of(const YAML::Node& node, std::initializer_list<std::string_view> words)
{
    return node.IsScalar() && std::ranges::find(words, node.Scalar()) != words.end();
}

void read_mode(const YAML::Node& node, Conversations& conversations, Context& context)
{
    static const std::vector<std::string_view> modes{"off", "metadata", "text"};
    if (is_one_of(node, {"off", "false", "no"})) {
        conversations.mode = ConversationMode::off;
        return;
    }
    if (is_one_of(node, {"on", "true", "yes"}))
        return context.mistake(
            node, "`conversations` needs to know what is kept: write `metadata` or `text`");
    if (const auto choice = read_choice(node, "conversations", modes, context))
        conversations.mode = static_cast<ConversationMode>(*choice);
}

void read_urls(const YAML::Node& node, Conversations& conversations, Context& context)
{
    conversations.urls = read_switch(node, "urls", context).value_or(false);
}

void read_keep_text(const YAML::Node& node, Conversations& conversations, Context& context)
{
    const auto keep = read_duration(node, "keep_text", context);
    if (!keep)
        return;
    if (*keep < least_keep || *keep > most_keep)
        return context.mistake(node, "`keep_text` must be from 1h to 3650d");
    conversations.keep_text = *keep;
}

bool is_number(const std::string& text)
{
    constexpr std::size_t longest = 30;
    return !text.empty() && text.size() <= longest &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Digits, never a number: these ids exceed what doubles hold.
void read_with(const YAML::Node& node, Conversations& conversations, Context& context)
{
    if (!node.IsSequence() || node.size() == 0)
        return context.mistake(node, "`with` must be a list of Instagram-scoped ids");
    conversations.with.clear();
    for (const auto& entry : node) {
        const auto text = entry.IsScalar() ? entry.Scalar() : std::string{};
        if (!is_number(text))
            context.mistake(entry, "`with` takes Instagram-scoped ids: decimal digits");
        else
            conversations.with.push_back(text);
    }
}

constexpr std::array conversation_table{
    Field<Conversations>{"mode", read_mode, true},
    Field<Conversations>{"urls", read_urls},
    Field<Conversations>{"keep_text", read_keep_text},
    Field<Conversations>{"with", read_with},
};

} // namespace

std::span<const Field<Conversations>> conversation_fields()
{
    return conversation_table;
}

void read_conversations(const YAML::Node& node, Account& account, Context& context)
{
    auto& conversations = account.conversations;
    if (node.IsMap())
        read_fields<Conversations>(
            node, "`conversations`", conversation_table, conversations, context);
    else
        read_mode(node, conversations, context);
    if (conversations.urls && conversations.mode != ConversationMode::text)
        context.mistake(node, "`urls` are kept with `mode: text` only: they lead to what was sent");
    account.collect[Collector::conversations] = conversations.mode != ConversationMode::off;
}

} // namespace insightd::config
