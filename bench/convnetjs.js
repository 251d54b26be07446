// ConvNetJS on one thread of Node: node convnetjs.js DIR < JSON lines. The first line is the task; each later one a
// number of epochs to train from the start, answered by {cpu, wall, loss}.
const path = require("path"), readline = require("readline");
const convnetjs = require(path.resolve(process.argv[2], "build/convnet.js"));

function build(task) {
  const sizes = task.sizes, hidden = sizes.slice(1, -1);
  const net = new convnetjs.Net();
  net.makeLayers([
    { type: "input", out_sx: 1, out_sy: 1, out_depth: sizes[0] },
    ...hidden.map((n) => ({ type: "fc", num_neurons: n, activation: task.activation })),
    { type: "softmax", num_classes: sizes[sizes.length - 1] },
  ]);
  const layers = net.layers.filter((layer) => layer.layer_type === "fc");
  layers.forEach((layer, k) => {
    layer.filters.forEach((filter, i) => task.layers[k][0][i].forEach((w, j) => { filter.w[j] = w; }));
    task.layers[k][1].forEach(([b], i) => { layer.biases.w[i] = b; });
  });
  return net;
}

function train(task, samples, epochs) {
  const net = build(task), settings = { method: "sgd", learning_rate: task.lr, momentum: 0, batch_size: samples.length };
  const trainer = new convnetjs.Trainer(net, settings);
  const cpu = process.cpuUsage(), wall = performance.now();
  for (let k = 0; k < epochs; k++) samples.forEach((x, i) => trainer.train(x, task.y[i]));
  const spent = process.cpuUsage(cpu), seconds = (performance.now() - wall) / 1e3;
  let loss = 0;
  samples.forEach((x, i) => { loss -= Math.log(net.forward(x).w[task.y[i]]) / samples.length; });
  return { cpu: (spent.user + spent.system) / 1e6, wall: seconds, loss };
}

let task, samples;
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const said = JSON.parse(line);
  if (task === undefined) {
    task = said;
    samples = task.x.map((x) => new convnetjs.Vol(x));
  } else console.log(JSON.stringify(train(task, samples, said)));
});
