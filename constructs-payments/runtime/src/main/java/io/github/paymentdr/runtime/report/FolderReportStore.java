package io.github.paymentdr.runtime.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Keeps reports in a folder, for where there is no S3. */
public final class FolderReportStore implements ReportStore {
  private final Path folder;

  /**
   * Makes a store.
   *
   * @param folder the folder; it is made when it does not exist
   */
  public FolderReportStore(Path folder) {
    this.folder = folder;
  }

  @Override
  public String store(String name, Path content) throws IOException {
    Path target = folder.resolve(name).normalize();
    if (!target.startsWith(folder.normalize())) {
      throw new IOException("a report's name must stay in the folder, got '" + name + "'");
    }
    Files.createDirectories(target.getParent());
    Path unfinished = target.resolveSibling(target.getFileName() + ".part");
    Files.copy(content, unfinished, StandardCopyOption.REPLACE_EXISTING);
    if (Files.mismatch(content, unfinished) != -1) {
      throw new IOException("the report was not stored as it is: " + unfinished);
    }
    Path free = free(target);
    Files.move(unfinished, free, StandardCopyOption.ATOMIC_MOVE);
    return free.toUri().toString();
  }

  /** An earlier report of this name stays. */
  private static Path free(Path target) {
    Path free = target;
    for (int i = 2; Files.exists(free); i++) {
      free = target.resolveSibling(i + "-" + target.getFileName());
    }
    return free;
  }
}
