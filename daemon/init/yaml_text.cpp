#include "daemon/init/yaml_text.hpp"

#include "config/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace insightd::init
{
namespace
{

bool is_plain(std::string_view text)
{
    static constexpr std::array<std::string_view, 11> words_of_yaml{
        "true", "false", "yes", "no", "on", "off", "null", "y", "n", "Yes", "No"};
    const auto fits = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '/' || c == '-' || c == '+';
    };
    return !text.empty() &&
           (std::isalpha(static_cast<unsigned char>(text.front())) != 0 || text.front() == '/') &&
           std::ranges::all_of(text, fits) &&
           std::ranges::find(words_of_yaml, text) == words_of_yaml.end();
}

/// Whatever was typed stays one value.
std::string scalar(std::string_view text)
{
    if (is_plain(text))
        return std::string{text};
    std::string quoted{'"'};
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            quoted += '\\';
        if (static_cast<unsigned char>(letter) < ' ')
            quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(letter));
        else
            quoted += letter;
    }
    return quoted + '"';
}

std::string_view or_else(std::string_view text, std::string_view otherwise)
{
    return text.empty() ? otherwise : text;
}

/// "env:NAME" → {env: NAME}.
std::string reference(std::string_view place)
{
    const auto colon = std::min(place.find(':'), place.size());
    return fmt::format(
        "{{{}: {}}}", place.substr(0, colon),
        scalar(place.substr(std::min(colon + 1, place.size()))));
}

std::string token_place(const Answers& answers, const Surroundings& surroundings)
{
    const auto place = or_else(answers.text("token"), "vault");
    if (place == "vault")
        return "{vault: true}   # sealed, and renewed by itself";
    if (place == "file")
        return fmt::format("{{file: {}}}", scalar(surroundings.token_file(answers).string()));
    return reference(place);
}

std::string api_part(const Answers& answers)
{
    std::string part;
    if (const auto url = answers.text("graph-url"); !url.empty())
        part += fmt::format("  # Not the platform itself.\n  graph_url: {}\n", scalar(url));
    if (const auto id = answers.text("app-id"); !id.empty())
        part += fmt::format(
            "  # The Meta app that logins go through; its secret is kept elsewhere.\n"
            "  app: {{id: {}, secret: {}}}\n",
            scalar(id), reference(or_else(answers.text("app-secret"), "env:APP_SECRET")));
    return part.empty() ? "" : "\napi:\n" + part;
}

std::string http_part(const Answers& answers)
{
    const auto listen = listens_at(answers);
    if (listen.empty())
        return "\n# http: {listen: 127.0.0.1:9464}   # the status page, /healthz, /readyz, "
               "/metrics\n";
    return fmt::format(
        "\n# The status page, /healthz, /readyz and /metrics.\nhttp: {{listen: {}}}\n",
        scalar(listen));
}

std::string collect_line(const Answers& answers)
{
    std::istringstream names{std::string{answers.text("collect")}};
    std::string list;
    for (std::string name; std::getline(names, name, ',');) {
        name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
        name.erase(name.find_last_not_of(' ') + 1);
        list += (list.empty() ? "" : ", ") + scalar(name);
    }
    return list.empty() ? "" : fmt::format("    collect: [{}]\n", list);
}

} // namespace

std::string listens_at(const Answers& answers)
{
    std::string listen{answers.text("listen")};
    if (listen.empty() || listen == "off")
        return {};
    const bool is_port = listen.find_first_not_of("0123456789") == std::string::npos;
    return is_port ? "127.0.0.1:" + listen : listen;
}

std::string yaml_of(const Answers& answers, const Surroundings& surroundings)
{
    return fmt::format(
               "# yaml-language-server: $schema={}\n"
               "# insightd: what to collect, and where to. Every key: man insightd.yaml\n"
               "# After a change: insightd check -c {}\n\n"
               "# `embedded`, a private PostgreSQL below state_dir; or a server of yours, such as\n"
               "# postgresql:///insights. Passwords belong into ~/.pgpass.\n"
               "database: {}\n"
               "# What insightd keeps as its own: what waits for the database, the vault's key.\n"
               "state_dir: {}\n",
               surroundings.schema.string(), surroundings.file.string(),
               scalar(or_else(answers.text("database"), "embedded")),
               scalar(or_else(answers.text("state-dir"), "/var/lib/insightd"))) +
           http_part(answers) + api_part(answers) +
           fmt::format(
               "\naccounts:\n"
               "  - name: {}   # in views, logs and on the command line\n"
               "    login: {}   # instagram, or facebook for an account behind a Page\n"
               "    user_id: {}\n"
               "    token: {}\n"
               "    timezone: {}   # of its days\n",
               scalar(or_else(answers.text("name"), "shop")),
               scalar(or_else(answers.text("login"), "instagram")),
               scalar(or_else(answers.text("user-id"), "1")), token_place(answers, surroundings),
               scalar(or_else(answers.text("timezone"), "UTC"))) +
           collect_line(answers);
}

std::string mistake_in(const Answers& answers, const Surroundings& surroundings)
{
    const auto parsed =
        config::parse(yaml_of(answers, surroundings), surroundings.file.string(), {});
    const auto* mistakes = std::get_if<config::Mistakes>(&parsed);
    return mistakes == nullptr ? "" : mistakes->all.front().message;
}

} // namespace insightd::init
