"""Reads a query through a BI tool's driver and prints `column type value` per line, of its only row.

    drivers.py odbc|jdbc SOCKET USER DATABASE SQL

Drivers speak TCP and the private server has a socket only: what comes in on a port of loopback is passed on.
"""
import socket
import sys
import threading


def pump(source, sink):
    while data := source.recv(65536):
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)


def forwarded(path):
    """A port of loopback that leads to the socket."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            client, _ = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(path)
            for ends in ((client, server), (server, client)):
                threading.Thread(target=pump, args=ends, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def read_odbc(port, user, database, sql):
    import pyodbc

    connection = pyodbc.connect(
        f"Driver={{PostgreSQL Unicode}};Servername=127.0.0.1;Port={port};Username={user};"
        f"Database={database};SSLmode=disable;BoolsAsChar=0"
    )
    cursor = connection.execute(sql)
    names = [(column[0], column[1].__name__) for column in cursor.description]
    return [(name, kind, value) for (name, kind), value in zip(names, cursor.fetchone())]


def read_jdbc(port, user, database, sql):
    import jpype

    java = "/usr/share/java"
    jpype.startJVM("-Duser.timezone=UTC", classpath=[f"{java}/org.jpype.jar", f"{java}/postgresql.jar"])
    url = f"jdbc:postgresql://127.0.0.1:{port}/{database}?sslmode=disable"
    rows = jpype.JClass("java.sql.DriverManager").getConnection(url, user, "").createStatement().executeQuery(sql)
    columns = rows.getMetaData()
    rows.next()
    return [
        (columns.getColumnLabel(i), str(columns.getColumnClassName(i)).split(".")[-1], rows.getObject(i))
        for i in range(1, columns.getColumnCount() + 1)
    ]


driver, path, user, database, sql = sys.argv[1:]
reader = {"odbc": read_odbc, "jdbc": read_jdbc}[driver]
for name, kind, value in reader(forwarded(path), user, database, sql):
    print(name, kind, value)
