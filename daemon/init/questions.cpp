#include "daemon/init/questions.hpp"

#include <fmt/format.h>

#include <array>
#include <unistd.h>

namespace insightd::init
{
namespace
{

namespace fs = std::filesystem;

template <auto& text> std::string always(const Answers&, const Surroundings&)
{
    return text;
}

constexpr char embedded[] = "embedded";
constexpr char instagram[] = "instagram";
constexpr char vault[] = "vault";
constexpr char page[] = "127.0.0.1:9464";
constexpr char usual[] = "profile,media,media_insights,stories,account_insights";
constexpr char nothing[] = "";

bool in_any_case(const Answers&)
{
    return true;
}

bool is_of_facebook(const Answers& answers)
{
    return answers.text("login") == "facebook";
}

bool is_of_instagram(const Answers& answers)
{
    return !is_of_facebook(answers);
}

bool has_app(const Answers& answers)
{
    return !answers.text("app-id").empty();
}

/// A token of Facebook Login is asked about through the app before it is sealed.
bool takes_token(const Answers& answers)
{
    const auto place = answers.text("token");
    return place == "file" || (place == "vault" && (is_of_instagram(answers) || has_app(answers)));
}

std::string state_dir(const Answers&, const Surroundings& surroundings)
{
    return surroundings.home.empty() ? "/var/lib/insightd"
                                     : (surroundings.home / ".local/state/insightd").string();
}

std::string owner_id(const Answers& answers, const Surroundings&)
{
    return answers.owner.user_id == 0 ? "" : std::to_string(answers.owner.user_id);
}

std::string owner_name(const Answers& answers, const Surroundings&)
{
    return answers.owner.name.empty() ? "shop" : answers.owner.name;
}

std::string timezone(const Answers&, const Surroundings& surroundings)
{
    return surroundings.timezone;
}

/// The nearest folder that is there must let others be made in it. What is no absolute path is
/// refused as the configuration would be.
std::string cannot_be_made(const Answers& answers, const Surroundings&)
{
    fs::path folder{answers.text("state-dir")};
    if (!folder.is_absolute())
        return {};
    std::error_code none;
    while (!fs::exists(folder, none) && folder.has_relative_path())
        folder = folder.parent_path();
    if (fs::is_directory(folder, none) && access(folder.c_str(), W_OK | X_OK) == 0)
        return {};
    return fmt::format("nothing can be made in {}: name a folder of yours", folder.string());
}

bool is_reference(std::string_view place)
{
    for (const std::string_view kind : {"env:", "file:", "credential:"})
        if (place.starts_with(kind) && place.size() > kind.size())
            return true;
    return false;
}

constexpr auto references = "env:NAME, file:/path or credential:NAME";

std::string no_place_of_token(const Answers& answers, const Surroundings&)
{
    const auto place = answers.text("token");
    if (place == "vault" || place == "file" || is_reference(place))
        return {};
    return fmt::format("a token can be in the vault, in a file, or at {}", references);
}

std::string no_place_of_secret(const Answers& answers, const Surroundings&)
{
    return is_reference(answers.text("app-secret"))
               ? ""
               : fmt::format("say where the secret is kept: {}", references);
}

std::string another_account(const Answers& answers, const Surroundings&)
{
    const auto& owner = answers.owner;
    if (owner.user_id == 0 || answers.text("user-id") == std::to_string(owner.user_id))
        return {};
    return fmt::format("the token is of {} (user_id {})", owner.name, owner.user_id);
}

std::string token_file_is_there(const Answers& answers, const Surroundings& surroundings)
{
    std::error_code none;
    const auto file = surroundings.token_file(answers);
    if (answers.text("token") != "file" || answers.token.empty() || !fs::exists(file, none))
        return {};
    return fmt::format("{} is there already: remove it, or take another name", file.string());
}

constexpr std::string_view id_meaning =
    "The id of the professional account: digits, beginning with 1784. Not the username.";

constexpr std::array table{
    Question{
        "graph-url", "Graph API", "Another Graph API than the platform's: that of the sandbox.",
        always<nothing>, in_any_case, nullptr, Question::Kind::unasked},
    Question{
        "database", "PostgreSQL",
        "Where rows go: `embedded` is a private server that insightd starts itself, or name yours: "
        "postgresql:///insights.",
        always<embedded>, in_any_case},
    Question{
        "state-dir", "Folder",
        "What insightd keeps on this machine: the vault's key, what waits while the database is "
        "away, the private server.",
        state_dir, in_any_case, cannot_be_made},
    Question{
        "login", "Login",
        "`instagram`: the account itself logs in. `facebook`: somebody who manages the Page that "
        "it is linked to.",
        always<instagram>, in_any_case, nullptr, Question::Kind::text, "{instagram,facebook}"},
    Question{
        "app-id", "Id of the Meta app",
        "Needed for `insightd login`, and for facebook. Leave it empty if you have a token from "
        "the App Dashboard.",
        always<nothing>, in_any_case, nullptr, Question::Kind::optional},
    Question{
        "app-secret", "Where the app's secret is kept",
        "env:NAME, file:/path or credential:NAME (of systemd); never in the YAML.", always<nothing>,
        has_app, no_place_of_secret},
    Question{
        "token", "Where the token is kept",
        "`vault`: sealed in the database and renewed by itself. `file`: beside the YAML, for you "
        "alone. Or where it is already: env:NAME, file:/path, credential:NAME.",
        always<vault>, in_any_case, no_place_of_token},
    Question{"user-id", "Account id", id_meaning, owner_id, is_of_facebook, another_account},
    Question{
        token_value, "Token",
        "As the App Dashboard generates it. It is checked, and never shown. Leave it empty to add "
        "it later.",
        always<nothing>, takes_token, nullptr, Question::Kind::hidden},
    Question{"user-id", "Account id", id_meaning, owner_id, is_of_instagram, another_account},
    Question{
        "name", "Name",
        "What you call the account: letters, digits, `_`, `.`, `-`. It stands in views, logs and "
        "commands.",
        owner_name, in_any_case, token_file_is_there},
    Question{
        "timezone", "Time zone", "Whose days are the days of its posts, such as Europe/Berlin.",
        timezone, in_any_case},
    Question{
        "collect", "Collect",
        "What is read, with commas between. More can be switched on in the YAML later.",
        always<usual>, in_any_case},
    Question{
        "listen", "Status page",
        "Its port, or address and port, for a browser, health and metrics; `off` for none. It asks "
        "nobody who they are: keep it on this machine.",
        always<page>, in_any_case},
};

} // namespace

std::span<const Question> questions()
{
    return table;
}

} // namespace insightd::init
