#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

/// The dashboards of deploy/grafana as they are on disk, and their queries as Grafana sends them.
namespace insightd::grafana
{

struct Variable {
    std::string name;
    std::string query;                ///< empty: it has fixed options
    std::vector<std::string> options; ///< fixed ones
    bool many = false;                ///< all are chosen at once
};

struct Panel {
    std::string board, title, description, sql;
    std::int64_t id = 0;
    bool is_time_series = false;
    boost::json::object json;
};

struct Board {
    std::string uid, file;
    std::vector<Variable> variables;
    std::vector<Panel> panels;
    std::string text;
};

/// What stands for a variable: its values, quoted and joined as `${name:sqlstring}` has them.
using Choice = std::map<std::string, std::string>;

inline std::string text_at(const boost::json::value& json, const char* pointer)
{
    return boost::json::value_to<std::string>(json.at_pointer(pointer));
}

inline Variable variable_of(const boost::json::value& json)
{
    Variable variable{text_at(json, "/name"), {}, {}, json.at("multi").as_bool()};
    if (text_at(json, "/type") == "query")
        variable.query = text_at(json, "/query");
    else
        for (const auto& option : json.at("options").as_array())
            variable.options.push_back(text_at(option, "/value"));
    return variable;
}

inline Panel panel_of(const std::string& board, const boost::json::value& json)
{
    if (json.at("targets").as_array().size() != 1)
        throw std::runtime_error{board + ": a panel has one query"};
    return {
        board,
        text_at(json, "/title"),
        text_at(json, "/description"),
        text_at(json, "/targets/0/rawSql"),
        json.at("id").as_int64(),
        text_at(json, "/targets/0/format") == "time_series",
        json.as_object()};
}

inline Board board_of(const std::filesystem::path& path)
{
    std::ifstream file{path};
    Board board;
    board.file = path.stem().string();
    board.text.assign(std::istreambuf_iterator<char>{file}, {});
    const auto json = boost::json::parse(board.text);
    board.uid = text_at(json, "/uid");
    for (const auto& variable : json.at_pointer("/templating/list").as_array())
        if (text_at(variable, "/type") != "datasource")
            board.variables.push_back(variable_of(variable));
    for (const auto& panel : json.at("panels").as_array())
        board.panels.push_back(panel_of(board.file, panel));
    return board;
}

inline std::vector<Board> boards()
{
    std::vector<Board> all;
    const auto folder = std::filesystem::path{INSIGHTD_SOURCE_DIR} / "deploy/grafana/dashboards";
    for (const auto& entry : std::filesystem::directory_iterator{folder})
        all.push_back(board_of(entry.path()));
    return all;
}

inline std::string quoted(const std::string& value)
{
    return "'" + std::regex_replace(value, std::regex{"'"}, "''") + "'";
}

/// The query as the PostgreSQL data source sends it for that range (RFC 3339) and choice. A macro
/// or a variable that is not known here is an error.
inline std::string
expanded(std::string sql, const std::string& from, const std::string& to, const Choice& choice)
{
    const std::pair<std::regex, std::string> macros[]{
        {std::regex{R"(\$__timeFilter\(([^()]*)\))"}, "$1 BETWEEN '" + from + "' AND '" + to + "'"},
        {std::regex{R"(\$__timeFrom\(\))"}, "'" + from + "'"},
        {std::regex{R"(\$__timeTo\(\))"}, "'" + to + "'"},
    };
    for (const auto& [macro, replacement] : macros)
        sql = std::regex_replace(sql, macro, replacement);
    for (const auto& [name, values] : choice)
        sql = std::regex_replace(sql, std::regex{R"(\$\{)" + name + R"(:sqlstring\})"}, values);
    if (sql.find('$') != std::string::npos)
        throw std::runtime_error{"not a macro or variable of Grafana's: " + sql};
    return sql;
}

} // namespace insightd::grafana
