package io.github.suback.testcontainers;

import io.github.suback.Suback;
import java.nio.file.Path;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * A gateway in a container. Its image is one of the project's Dockerfile: docker build -t suback.
 *
 * <pre>{@code
 * @Container
 * static final SubackContainer AWS = new SubackContainer("suback").withConfig(Path.of("suback.yaml"), "policy.json");
 *
 * int port = AWS.getMappedPort(SubackContainer.MQTTS);
 * aws = AWS.suback(); // await, why, trace, accounts
 * }</pre>
 */
public class SubackContainer extends GenericContainer<SubackContainer> {
  /** Plain MQTT, which AWS does not have. */
  public static final int MQTT = 1883;

  /** Stands for AWS's 8883. */
  public static final int MQTTS = 8883;

  /** Stands for AWS's 443: by ALPN MQTT, else HTTPS and WebSocket. */
  public static final int HTTPS = 8443;

  /** AWS's APIs, ws://, the admin API. */
  public static final int HTTP = 4566;

  private static final String FOLDER = "/etc/suback/";

  public SubackContainer(String image) {
    this(DockerImageName.parse(image));
  }

  public SubackContainer(DockerImageName image) {
    super(image);
    withExposedPorts(MQTT, MQTTS, HTTPS, HTTP);
    waitingFor(Wait.forHttp("/_suback/health").forPort(HTTP));
  }

  /**
   * Runs with a configuration.
   *
   * @param beside what the file names: files and folders below its own folder, by paths relative to that
   */
  public SubackContainer withConfig(Path file, String... beside) {
    copy(file);
    for (String name : beside) {
      copy(file.resolveSibling(name), name);
    }
    return withEnv("SUBACK_CONFIG", FOLDER + file.getFileName());
  }

  private void copy(Path file) {
    copy(file, file.getFileName().toString());
  }

  private void copy(Path file, String name) {
    withCopyFileToContainer(MountableFile.forHostPath(file, 0755), FOLDER + name); // it is no root there
  }

  /** Lets tests make functions by Lambda's API; the image is one that can run them (--target functions). */
  public SubackContainer withFunctions() {
    return withEnv("SUBACK_FUNCTIONS_FROM", "gateway");
  }

  /**
   * The gateway, once it runs. Its ports are those inside of the container: {@link #getMappedPort} has those
   * outside, where an account is found by {@link io.github.suback.Account#host} as SNI.
   */
  public Suback suback() {
    return Suback.at("http://" + getHost() + ":" + getMappedPort(HTTP));
  }
}
