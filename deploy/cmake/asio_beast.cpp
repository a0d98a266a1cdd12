// The one translation unit that compiles Asio, its TLS part and Beast; every other one only links.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
