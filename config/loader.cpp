#include "config/loader.hpp"

#include "config/scalars.hpp"
#include "config/sections.hpp"
#include "config/whole_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <regex>

namespace insightd::config
{
namespace
{

constexpr std::size_t largest_file = 4 * 1024 * 1024;
constexpr std::size_t deepest_nesting = 24;

void read_database(const YAML::Node& node, Draft& draft, Context& context)
{
    const auto text = read_text(node, "database", context);
    if (!text)
        return;
    draft.config.embedded_database = *text == "embedded";
    const auto scheme_end = text->find("://");
    const auto at_sign = text->find('@', scheme_end == std::string::npos ? 0 : scheme_end + 3);
    const bool is_url = scheme_end != std::string::npos;
    const bool password_in_url =
        is_url && at_sign != std::string::npos && text->find(':', scheme_end + 3) < at_sign;
    static const std::regex password_setting{"password\\s*="}; // libpq allows blanks
    if (password_in_url || std::regex_search(*text, password_setting))
        context.mistake(
            node, "a literal secret in `database`: leave the password out and put it in ~/.pgpass, "
                  "or in the file that PGPASSFILE names");
    else if (!draft.config.embedded_database && !is_url && text->find('=') == std::string::npos)
        context.mistake(
            node, "`database` must be `embedded` or a PostgreSQL connection such as "
                  "postgresql:///insights");
    else if (!draft.config.embedded_database)
        draft.config.database_url = *text;
}

void read_state_dir(const YAML::Node& node, Draft& draft, Context& context)
{
    const auto text = read_text(node, "state_dir", context);
    if (text && !text->starts_with('/'))
        context.mistake(node, "`state_dir` must be an absolute path");
    else if (text)
        draft.config.state_dir = *text;
}

constexpr std::array http_fields{
    Field<HttpListener>{
        "listen",
        [](const YAML::Node& node, HttpListener& http, Context& context) {
            if (auto place = read_address(node, "listen", context))
                std::tie(http.address, http.port) = std::move(*place);
        },
        true},
};

void read_http(const YAML::Node& node, Draft& draft, Context& context)
{
    read_fields<HttpListener>(node, "`http`", http_fields, draft.config.http.emplace(), context);
}

constexpr std::array login_fields{
    Field<LoginListener>{
        "listen",
        [](const YAML::Node& node, LoginListener& login, Context& context) {
            if (auto place = read_address(node, "listen", context))
                std::tie(login.address, login.port) = std::move(*place);
        }},
    Field<LoginListener>{
        "redirect_uri",
        [](const YAML::Node& node, LoginListener& login, Context& context) {
            if (read_url(node, "redirect_uri", context))
                login.redirect_uri = node.Scalar(); // to the letter: a slash at its end counts
        }},
};

void read_login_listener(const YAML::Node& node, Draft& draft, Context& context)
{
    read_fields<LoginListener>(node, "`login`", login_fields, draft.config.login, context);
}

constexpr std::array vault_fields{
    Field<Config>{
        "key",
        [](const YAML::Node& node, Config& config, Context& context) {
            config.vault_key = read_secret(node, "key", context);
        },
        true},
};

void read_vault(const YAML::Node& node, Draft& draft, Context& context)
{
    read_fields<Config>(node, "`vault`", vault_fields, draft.config, context);
}

constexpr std::array log_fields{
    Field<Config>{
        "level",
        [](const YAML::Node& node, Config& config, Context& context) {
            if (const auto choice =
                    read_choice(node, "level", {"error", "warning", "info", "debug"}, context))
                config.log_level = static_cast<LogLevel>(*choice);
        }},
};

void read_log(const YAML::Node& node, Draft& draft, Context& context)
{
    read_fields<Config>(node, "`log`", log_fields, draft.config, context);
}

constexpr std::array spool_fields{
    Field<Spool>{
        "max_bytes",
        [](const YAML::Node& node, Spool& spool, Context& context) {
            constexpr std::int64_t least = 1024 * 1024;
            constexpr std::int64_t most = std::int64_t{1} << 40;
            spool.max_bytes =
                read_count(node, "max_bytes", least, most, context).value_or(spool.max_bytes);
        }},
    Field<Spool>{
        "max_rows",
        [](const YAML::Node& node, Spool& spool, Context& context) {
            constexpr std::int64_t least = 1000;
            constexpr std::int64_t most = 1'000'000'000;
            spool.max_rows =
                read_count(node, "max_rows", least, most, context).value_or(spool.max_rows);
        }},
    Field<Spool>{
        "patience",
        [](const YAML::Node& node, Spool& spool, Context& context) {
            spool.patience = read_duration(node, "patience", context).value_or(spool.patience);
        }},
};

void read_spool(const YAML::Node& node, Draft& draft, Context& context)
{
    read_fields<Spool>(node, "`spool`", spool_fields, draft.config.spool, context);
}

constexpr std::array clock_fields{
    Field<ScaledClock>{
        "anchor",
        [](const YAML::Node& node, ScaledClock& clock, Context& context) {
            clock.anchor = read_instant(node, "anchor", context).value_or(clock.anchor);
        },
        true},
    Field<ScaledClock>{
        "start",
        [](const YAML::Node& node, ScaledClock& clock, Context& context) {
            clock.start = read_instant(node, "start", context).value_or(clock.start);
        },
        true},
    Field<ScaledClock>{
        "speed",
        [](const YAML::Node& node, ScaledClock& clock, Context& context) {
            constexpr double slowest = 0.001;
            constexpr double fastest = 1'000'000;
            clock.speed =
                read_number(node, "speed", slowest, fastest, context).value_or(clock.speed);
        },
        true},
};

/// A clock that lies would make wrong numbers of real accounts.
void read_clock(const YAML::Node& node, Draft& draft, Context& context)
{
    ScaledClock clock;
    read_fields<ScaledClock>(node, "`clock`", clock_fields, clock, context);
    const auto& api = draft.config.api;
    for (const auto* url :
         {&api.graph_url.instagram, &api.graph_url.facebook, &api.login_url.instagram,
          &api.login_url.facebook})
        if (!is_loopback_url(*url))
            return context.mistake(
                node, fmt::format(
                          "`clock` is for simulations: every API url must be on loopback, and {} "
                          "is not; remove `clock`, or set api.graph_url and api.login_url",
                          *url));
    draft.config.clock = clock;
}

/// In the order in which they are read: `webhooks` looks at `api` and `http`, `clock` at `api`,
/// accounts rest on `defaults`.
constexpr std::array top_fields{
    Field<Draft>{"database", read_database, true},
    Field<Draft>{"state_dir", read_state_dir},
    Field<Draft>{"api", read_api},
    Field<Draft>{"spool", read_spool},
    Field<Draft>{"storage", read_storage},
    Field<Draft>{"vault", read_vault},
    Field<Draft>{"login", read_login_listener},
    Field<Draft>{"http", read_http},
    Field<Draft>{"webhooks", read_webhooks},
    Field<Draft>{"clock", read_clock},
    Field<Draft>{"log", read_log},
    Field<Draft>{"defaults", read_defaults},
    Field<Draft>{"accounts", read_accounts, true},
};

Draft fresh_draft()
{
    Draft draft;
    for (const auto collector :
         {Collector::profile, Collector::media, Collector::media_insights, Collector::stories,
          Collector::account_insights})
        draft.defaults.collect[collector] = true;
    for (const auto collector :
         {Collector::conversations, Collector::publishing_limit, Collector::competitors,
          Collector::live_media})
        draft.defaults.collect[collector] = false;
    switch_off_public_edges(draft.defaults);
    return draft;
}

/// Where the brackets of a text count: not in comments and not in quotes.
class BracketScanner
{
public:
    /// How deep the text is nested after this character.
    std::size_t after(char c)
    {
        if (quote_ != 0)
            quote_ = c == quote_ ? '\0' : quote_;
        else if (in_comment_)
            in_comment_ = c != '\n';
        else if ((c == '"' || c == '\'') && opens_value(before_))
            quote_ = c;
        else if (c == '#' && (before_ == ' ' || before_ == '\n'))
            in_comment_ = true;
        else if (c == '[' || c == '{')
            ++depth_;
        else if ((c == ']' || c == '}') && depth_ > 0)
            --depth_;
        before_ = c;
        return depth_;
    }

private:
    static bool opens_value(char before)
    {
        return std::string_view{" \n[{,:-"}.find(before) != std::string_view::npos;
    }

    std::size_t depth_ = 0;
    char quote_ = '\0';
    char before_ = '\n';
    bool in_comment_ = false;
};

/// yaml-cpp recurses: what is nested deeper than any configuration is refused unread.
bool nested_too_deep(std::string_view text)
{
    BracketScanner brackets;
    std::size_t indent = 0;
    bool at_line_start = true;
    for (const char c : text) {
        indent = at_line_start && (c == ' ' || c == '-') ? indent + 1 : indent;
        at_line_start = c == '\n' || (at_line_start && (c == ' ' || c == '-'));
        if (c == '\n')
            indent = 0;
        if (brackets.after(c) > deepest_nesting || indent > deepest_nesting * 4)
            return true;
    }
    return false;
}

/// The line of a `---` after which another document begins, which yaml-cpp would silently leave
/// out; its own LoadAll() does not end on some texts that are no YAML (found by fuzzing).
std::optional<int> second_document(std::string_view text)
{
    bool has_content = false;
    for (int line = 1; !text.empty(); ++line) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto words = text.substr(0, end);
        const bool is_marker = words == "---" || words.starts_with("--- ");
        if (is_marker && has_content)
            return line;
        const auto first = words.find_first_not_of(" \t\r");
        has_content = has_content || (first != std::string_view::npos && words[first] != '#' &&
                                      words[first] != '%' && words != "---");
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::nullopt;
}

std::string at(const std::string& file, const Mistake& mistake)
{
    return fmt::format("{}:{}:{}: {}", file, mistake.line, mistake.column, mistake.message);
}

Mistakes single(const std::string& file, Mistake mistake)
{
    return {file, {std::move(mistake)}};
}

} // namespace

std::string Mistakes::text() const
{
    std::string lines;
    for (const auto& mistake : all)
        lines += at(file, mistake) + "\n";
    return lines;
}

std::variant<Config, Mistakes>
parse(std::string_view text, const std::string& file, const MetricVocabulary& metrics)
{
    if (text.size() > largest_file || nested_too_deep(text))
        return single(file, {1, 1, "this is no configuration: it is too large or nested too deep"});
    YAML::Node root;
    try {
        root = YAML::Load(std::string{text});
    } catch (const YAML::Exception& error) {
        return single(file, {error.mark.line + 1, error.mark.column + 1, "not YAML: " + error.msg});
    }
    auto draft = fresh_draft();
    Context context{metrics};
    if (const auto line = second_document(text))
        context.mistakes.push_back(
            {*line, 1, "a second document: keep everything in one, without a line of `---`"});
    read_fields<Draft>(root, "the file", top_fields, draft, context);
    std::ranges::stable_sort(context.mistakes, {}, [](const Mistake& mistake) {
        return std::pair{mistake.line, mistake.column};
    });
    if (!context.mistakes.empty())
        return Mistakes{file, std::move(context.mistakes)};
    return std::move(draft.config);
}

std::variant<std::string, Mistakes> text_of(const std::filesystem::path& file)
{
    if (auto text = whole_file(file))
        return *std::move(text);
    return single(
        file.string(),
        {1, 1,
         fmt::format("cannot be read ({}): give the file with --config", std::strerror(errno))});
}

std::variant<Config, Mistakes>
load(const std::filesystem::path& file, const MetricVocabulary& metrics)
{
    const auto text = text_of(file);
    if (const auto* mistakes = std::get_if<Mistakes>(&text))
        return *mistakes;
    return parse(std::get<std::string>(text), file.string(), metrics);
}

std::vector<std::string> accepted_keys()
{
    std::vector<std::string> keys;
    const auto add = [&](const std::string& prefix, const std::vector<std::string_view>& names) {
        for (const auto name : names)
            keys.push_back(prefix + std::string{name});
    };
    add("", names_of<Draft>(top_fields));
    add("api.", names_of(api_fields()));
    add("http.", names_of<HttpListener>(http_fields));
    add("spool.", names_of<Spool>(spool_fields));
    add("storage.", names_of(storage_fields()));
    add("storage.retention.", names_of(retention_fields()));
    add("vault.", names_of<Config>(vault_fields));
    add("webhooks.", names_of(webhooks_fields()));
    add("login.", names_of<LoginListener>(login_fields));
    add("clock.", names_of<ScaledClock>(clock_fields));
    add("log.", names_of<Config>(log_fields));
    add("defaults.", names_of(defaults_fields()));
    add("defaults.schedule.", names_of(schedule_fields()));
    add("defaults.backfill.", names_of(backfill_fields()));
    add("defaults.collect.conversations.", names_of(conversation_fields()));
    for (const auto* edge : {"tags", "comments", "mentions"})
        for (const auto* of : {"defaults.collect.", "accounts[].collect."})
            add(std::string{of} + edge + ".", names_of(public_edge_fields()));
    add("accounts[].", names_of(account_fields()));
    add("accounts[].schedule.", names_of(schedule_fields()));
    add("accounts[].backfill.", names_of(backfill_fields()));
    add("accounts[].collect.conversations.", names_of(conversation_fields()));
    return keys;
}

} // namespace insightd::config
