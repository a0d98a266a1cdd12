#include "daemon/manual/man_page.hpp"

#include "daemon/manual/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace insightd::manual
{
namespace
{

constexpr auto after_the_commands = R"(.SH FILES
.TP
.I /etc/insightd/insightd.yaml
What to collect, and where to: see
.BR insightd.yaml (5).
No secret stands in it.
.TP
.I /var/lib/insightd
What insightd keeps as its own
.RB ( state_dir ):
rows that wait for the database, a cache, the key of the vault unless the YAML names another, and the database of
.BR "database: embedded" .
.SH SIGNALS
.TP
.BR SIGTERM ", " SIGINT
.B insightd run
lets calls under way end, stores or spools what was read, and ends within ten seconds.
.TP
.B SIGHUP
.B insightd run
reads its YAML again and takes over what can change while it runs: accounts, schedules, metrics, the level of the log.
It does so by itself when the file changes. A file with mistakes changes nothing; the log says where they are.
.SH ENVIRONMENT
.TP
.B CREDENTIALS_DIRECTORY
Where systemd puts the credentials that the YAML names as
.BR "{credential: NAME}" .
.TP
.BR NOTIFY_SOCKET ", " WATCHDOG_USEC
Set by systemd:
.B insightd run
says there when it is ready, what it does, and that its event loop turns.
.PP
Variables that the YAML names as
.B {env: NAME}
hold secrets.
.SH EXAMPLES
The first configuration, asked for on a terminal, then the same for a machine that is set up by a program:
.PP
.nf
.RS
insightd init
insightd init \-\-database postgresql:///insights \-\-name shop \-\-token\-stdin <token
.RE
.fi
.PP
Every mistake in the YAML at once, then what only the network can tell:
.PP
.nf
.RS
insightd check
insightd check \-\-online
.RE
.fi
.PP
The first token, then the service:
.PP
.nf
.RS
sudo \-u insightd insightd token add shop
sudo systemctl enable \-\-now insightd
.RE
.fi
.PP
Every post by day, for a spreadsheet:
.PP
.nf
.RS
insightd export media_daily \-\-since 2026\-10\-01 \-o days.csv
.RE
.fi
.SH SEE ALSO
.BR insightd.yaml (5),
.BR systemctl (1),
.BR psql (1),
.I /usr/share/doc/insightd
)";

/// roff's own letters are taken from the text; what stands in backticks is bold.
std::string roff(const std::string& text)
{
    std::string result;
    bool is_bold = false;
    for (const char letter : text)
        switch (letter) {
        case '\\':
            result += "\\e";
            break;
        case '-':
            result += "\\-";
            break;
        case '`':
            is_bold = !is_bold;
            result += is_bold ? "\\fB" : "\\fR";
            break;
        case '\n':
            result += ' ';
            break;
        default:
            result += letter;
        }
    const bool begins_a_request = result.starts_with('.') || result.starts_with('\'');
    return begins_a_request ? "\\&" + result : result;
}

std::string sentence(const std::string& text)
{
    auto result = roff(text);
    if (!result.empty() && result.back() != '.')
        result += '.';
    return result;
}

std::string value_name(const Option& option)
{
    switch (option.value) {
    case Value::none:
        return {};
    case Value::file:
        return " \\fIFILE\\fR";
    case Value::choice:
        return fmt::format(" \\fI{}\\fR", fmt::join(option.choices, "\\fR|\\fI"));
    case Value::text:
        break;
    }
    return " \\fIVALUE\\fR";
}

/// An argument has a name of its own, an option one for its value.
std::string title_of(const Option& option)
{
    if (!option.names.front().starts_with('-'))
        return "\\fI" + roff(option.names.front()) + "\\fR";
    std::vector<std::string> names;
    for (const auto& name : option.names)
        names.push_back("\\fB" + roff(name) + "\\fR");
    return fmt::format("{}{}", fmt::join(names, ", "), value_name(option));
}

std::string option_entry(const Option& option)
{
    auto entry = fmt::format(".TP\n{}\n{}\n", title_of(option), sentence(option.description));
    if (!option.preset.empty())
        entry += fmt::format("Default: {}.\n", roff(option.preset));
    return entry;
}

std::string usage_of(const Command& command)
{
    auto usage = command.full_name;
    for (const auto& argument : command.arguments) {
        const auto name = argument.names.front() + (argument.takes_many ? "..." : "");
        usage += argument.is_required ? " " + name : " [" + name + "]";
    }
    return roff(usage);
}

bool has(const Command& command, const Option& option)
{
    return std::ranges::any_of(
        command.options, [&](const Option& one) { return one.names == option.names; });
}

std::vector<Command> leaves_of(const Command& program)
{
    std::vector<Command> leaves;
    for_each(program, [&](const Command& command) {
        if (command.commands.empty())
            leaves.push_back(command);
    });
    return leaves;
}

/// Those of every command, which are told once.
std::vector<Option> common_options(const std::vector<Command>& leaves)
{
    std::vector<Option> common;
    for (const auto& option : leaves.front().options)
        if (std::ranges::all_of(leaves, [&](const Command& leaf) { return has(leaf, option); }))
            common.push_back(option);
    return common;
}

std::string command_section(const Command& command, const std::vector<Option>& common)
{
    auto text = fmt::format(".SS \"{}\"\n{}\n", usage_of(command), sentence(command.description));
    for (const auto& argument : command.arguments)
        text += option_entry(argument);
    for (const auto& option : command.options)
        if (std::ranges::none_of(
                common, [&](const Option& one) { return one.names == option.names; }))
            text += option_entry(option);
    return text;
}

std::string beginning(const Command& program, const std::string& version)
{
    return fmt::format(
        ".TH INSIGHTD 1 \"\" \"insightd {}\" \"insightd\"\n"
        ".SH NAME\ninsightd \\- collects Instagram insights into PostgreSQL as time series\n"
        ".SH SYNOPSIS\n.B insightd\n.I COMMAND\n.RI [ OPTION \"]... [\" ARGUMENT ]...\n"
        ".SH DESCRIPTION\n{}\n.PP\n"
        "Secrets never stand on the command line: the YAML says where they are kept.\n",
        version, sentence(program.description));
}

} // namespace

std::string man_page(
    const Command& program, const std::vector<ExitStatus>& statuses, const std::string& version)
{
    const auto leaves = leaves_of(program);
    const auto common = common_options(leaves);
    auto page = beginning(program, version);
    page += ".SH OPTIONS\nOf the program itself:\n";
    for (const auto& option : program.options)
        if (!has(leaves.front(), option))
            page += option_entry(option);
    page += ".PP\nOf every command:\n";
    for (const auto& option : common)
        page += option_entry(option);
    page += ".SH COMMANDS\n";
    for (const auto& leaf : leaves)
        page += command_section(leaf, common);
    page += ".SH EXIT STATUS\n";
    for (const auto& status : statuses)
        page += fmt::format(".TP\n.B {}\n{}\n", status.code, sentence(status.meaning));
    return page + after_the_commands;
}

} // namespace insightd::manual
