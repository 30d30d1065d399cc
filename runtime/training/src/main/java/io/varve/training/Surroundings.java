package io.varve.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a run ran on, in words: part of what it takes to repeat it. */
final class Surroundings {
  private Surroundings() {}

  static Map<String, String> describe(NDManager manager) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("System", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    facts.put("DJL", Engine.getDjlVersion());
    facts.put("libtorch", Engine.getEngine("PyTorch").getVersion());
    facts.put("Device", Devices.name(manager.getDevice()));
    facts.put("Cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("Threads", Integer.toString(JniUtils.getNumThreads()));
    return facts;
  }
}
