package io.github.exitleft.spring.boot.postgres;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import com.zaxxer.hikari.util.Credentials;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * Makes connections that are held for long. A pool of HikariCP is unwrapped: to the pool, a connection that does not come back is a
 * leak, and one connection less to give.
 */
final class Connections {

    private static final boolean HIKARI =
            ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource", Connections.class.getClassLoader());

    private Connections() {}

    static Connection open(DataSource dataSource) throws SQLException {
        Connection unpooled = HIKARI ? Hikari.open(dataSource) : null;
        return unpooled == null ? dataSource.getConnection() : unpooled;
    }

    /** Loaded only where HikariCP is present. */
    private static final class Hikari {

        private Hikari() {}

        static @Nullable Connection open(DataSource dataSource) throws SQLException {
            HikariDataSource pool =
                    dataSource.isWrapperFor(HikariDataSource.class) ? dataSource.unwrap(HikariDataSource.class) : null;
            if (pool == null) {
                return null;
            }
            if (pool.getHikariPoolMXBean() == null) {
                pool.getConnection().close(); // starts the pool
            }
            if (!(pool.getHikariPoolMXBean() instanceof HikariPool begun)) {
                return null;
            }
            HikariCredentialsProvider provider = pool.getCredentialsProvider();
            Credentials credentials = provider == null ? pool.getCredentials() : provider.getCredentials();
            DataSource beneath = begun.getUnwrappedDataSource();
            return credentials.getUsername() == null
                    ? beneath.getConnection()
                    : beneath.getConnection(credentials.getUsername(), credentials.getPassword());
        }
    }
}
