// Runs graphs in ONNX Runtime for the web: node run.js FOLDER. The folder holds cases.json, a list of
// {graph, weights, inputs: [{name, type, shape, file}], outputs: [{name, file}]}; each output is written
// to its file as raw float32.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';

const ARRAYS = { float32: Float32Array, uint8: Uint8Array, int64: BigInt64Array };

const folder = process.argv[2];
const read = (file) => new Uint8Array(readFileSync(join(folder, file)));
ort.env.wasm.numThreads = 1;

for (const { graph, weights, inputs, outputs } of JSON.parse(readFileSync(join(folder, 'cases.json')))) {
  const session = await ort.InferenceSession.create(read(graph), {
    externalData: [{ path: weights, data: read(weights) }],
  });
  const feed = {};
  for (const { name, type, shape, file } of inputs) {
    feed[name] = new ort.Tensor(type, new ARRAYS[type](read(file).buffer), shape);
  }
  const results = await session.run(feed);
  for (const { name, file } of outputs) {
    if (results[name].type !== 'float32') {
      throw new Error(`${graph}: output ${name} is ${results[name].type}, expected float32`);
    }
    writeFileSync(join(folder, file), results[name].data);
  }
  await session.release();
}
console.log(`onnxruntime-web ${ort.env.versions.web}`);
