export default function Home() {
  return <h1>Open to everybody</h1>;
}
