#include "tests/soak/seen.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace insightd::soak
{
namespace
{

namespace fs = std::filesystem;

/// The number of a line such as "VmRSS:     43384 kB".
std::int64_t field(const fs::path& file, const std::string& name)
{
    std::ifstream in{file};
    for (std::string word; in >> word;)
        if (word == name + ":") {
            std::int64_t number = 0;
            in >> number;
            return number;
        }
    return 0;
}

std::int64_t entries(const fs::path& folder)
{
    std::error_code gone;
    return std::distance(fs::directory_iterator{folder, gone}, {});
}

} // namespace

std::string page(std::uint16_t port, const std::string& path)
{
    boost::asio::ip::tcp::iostream stream;
    stream.expires_after(std::chrono::seconds{10});
    stream.connect("127.0.0.1", std::to_string(port));
    stream << "GET " << path << " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
           << std::flush;
    std::stringstream answer;
    answer << stream.rdbuf();
    const auto text = answer.str();
    const auto body = text.find("\r\n\r\n");
    return body == std::string::npos ? std::string{} : text.substr(body + 4);
}

std::map<std::string, double> figures_in(std::string_view metrics)
{
    std::map<std::string, double> figures;
    std::istringstream in{std::string{metrics}};
    for (std::string line; std::getline(in, line);) {
        const auto space = line.find(' ');
        if (line.starts_with('#') || space == std::string::npos)
            continue;
        if (const auto name = line.substr(0, space); name.find('{') == std::string::npos)
            figures[name] = std::stod(line.substr(space + 1));
    }
    return figures;
}

void look_at_process(pid_t process, Sample& sample)
{
    const fs::path folder = fmt::format("/proc/{}", process);
    sample.resident = field(folder / "status", "VmRSS");
    sample.threads = field(folder / "status", "Threads");
    sample.own = field(folder / "smaps_rollup", "Private_Dirty");
    sample.descriptors = entries(folder / "fd");
}

} // namespace insightd::soak
