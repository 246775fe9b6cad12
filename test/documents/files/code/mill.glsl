#version 330 core
out vec4 color;
void main() {
  color = vec4(0.2, 0.4, 0.6, 1.0);
}
