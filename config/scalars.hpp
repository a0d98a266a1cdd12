#pragma once

#include "config/fields.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

/// Checked values of single nodes. Each reports its own mistake and then returns nothing.
namespace insightd::config
{

std::optional<std::string>
read_text(const YAML::Node& node, std::string_view what, Context& context);

/// on/off, yes/no, true/false.
std::optional<bool> read_switch(const YAML::Node& node, std::string_view what, Context& context);

std::optional<std::int64_t> read_count(
    const YAML::Node& node, std::string_view what, std::int64_t least, std::int64_t most,
    Context& context);

/// As read_count(), fractions allowed.
std::optional<double> read_number(
    const YAML::Node& node, std::string_view what, double least, double most, Context& context);

std::optional<std::chrono::seconds>
read_duration(const YAML::Node& node, std::string_view what, Context& context);

/// An RFC 3339 instant ("2026-01-02T08:00:00Z") or unix seconds, from 1970 to 9999.
std::optional<Instant>
read_instant(const YAML::Node& node, std::string_view what, Context& context);

/// {env: X}, {file: P} or {credential: N}. A literal is a mistake whose message does not show it.
std::optional<SecretReference>
read_secret(const YAML::Node& node, std::string_view what, Context& context);

/// {vault: true}: the secret is sealed in the database. False, and no mistake, for anything else.
bool names_vault(const YAML::Node& node);

/// "127.0.0.1:9464" or "[::1]:9464" as address, without brackets, and port.
std::optional<std::pair<std::string, std::uint16_t>>
read_address(const YAML::Node& node, std::string_view what, Context& context);

/// One of the names; a mistake with a suggestion for anything else.
std::optional<std::size_t> read_choice(
    const YAML::Node& node, std::string_view what, const std::vector<std::string_view>& names,
    Context& context);

/// A file that is there.
std::optional<std::filesystem::path>
read_file(const YAML::Node& node, std::string_view what, Context& context);

/// https, or http on loopback; a trailing slash is cut.
std::optional<std::string>
read_url(const YAML::Node& node, std::string_view what, Context& context);

/// Whether the URL's host is this machine.
bool is_loopback_url(const std::string& url);

} // namespace insightd::config
