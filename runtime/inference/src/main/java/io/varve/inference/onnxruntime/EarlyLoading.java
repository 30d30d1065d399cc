package io.varve.inference.onnxruntime;

/** Loads a native library on another thread, while a process does something else. */
public final class EarlyLoading {
  private static final System.Logger LOG = System.getLogger(EarlyLoading.class.getPackageName());

  private EarlyLoading() {}

  /**
   * Begins to load; what fails there fails again where it is used. A process that is asked to end
   * waits for it, since a library must not be unloaded while it is loaded.
   *
   * @param library its name, for the thread
   */
  public static void start(String library, Runnable loading) {
    Thread loader =
        new Thread(
            () -> {
              try {
                loading.run();
              } catch (RuntimeException | LinkageError e) {
                LOG.log(System.Logger.Level.DEBUG, library + " is not loaded ahead", e);
              }
            },
            library + "-loader");
    loader.setDaemon(true);
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> await(loader), library + "-loaded"));
      loader.start();
    } catch (IllegalStateException e) {
      LOG.log(System.Logger.Level.DEBUG, "the process ends", e);
    }
  }

  private static void await(Thread loader) {
    try {
      loader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
